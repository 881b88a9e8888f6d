"""Sensor readings: what they must say, and what contradicts itself.

References:
    EPCIS 2.0, section 7.3.7; conformance test case TCR-53, step 29; requirement M122
"""

from collections.abc import Iterator
from typing import Final

from epcis_core.findings import Finding, Where, finding
from epcis_core.model.events import EpcisEvent
from epcis_core.model.times import instant

_SAID_ONCE: Final = {
    "device_id": "deviceID",
    "device_metadata": "deviceMetadata",
    "raw_data": "rawData",
    "data_processing_method": "dataProcessingMethod",
    "time": "time",
}


def report_says_what_it_measured(event: EpcisEvent) -> Iterator[Finding]:
    """In JSON a report names the kind of property measured."""
    for index, element in enumerate(getattr(event, "sensor_element_list", None) or ()):
        for number, report in enumerate(element.sensor_report):
            if report.type is None:
                at = Where(pointer=f"/sensorElementList/{index}/sensorReport/{number}")
                yield finding("report_type_missing", at=at)


def device_is_said_once(event: EpcisEvent) -> Iterator[Finding]:
    """What is true of all reports stands in the metadata, what is not stands in each report."""
    for index, element in enumerate(getattr(event, "sensor_element_list", None) or ()):
        metadata = element.sensor_metadata
        if metadata is None:
            continue
        for number, report in enumerate(element.sensor_report):
            for attribute, name in _SAID_ONCE.items():
                if getattr(metadata, attribute) is None or getattr(report, attribute) is None:
                    continue
                pointer = f"/sensorElementList/{index}/sensorReport/{number}/{name}"
                yield finding("said_twice", at=Where(pointer=pointer), field=name)


def reading_is_not_later_than_event(event: EpcisEvent) -> Iterator[Finding]:
    """A reading was taken before, or when, the event that reports it happened."""
    for pointer, time in _reading_times(event):
        if time is not None and instant(time) > instant(event.event_time):
            yield finding(
                "reading_later_than_event",
                at=Where(pointer=pointer),
                time=time,
                event_time=event.event_time,
            )


def _reading_times(event: EpcisEvent) -> Iterator[tuple[str, str | None]]:
    for index, element in enumerate(getattr(event, "sensor_element_list", None) or ()):
        base = f"/sensorElementList/{index}"
        metadata = element.sensor_metadata
        if metadata is not None:
            yield f"{base}/sensorMetadata/time", metadata.time
            yield f"{base}/sensorMetadata/startTime", metadata.start_time
            yield f"{base}/sensorMetadata/endTime", metadata.end_time
        for number, report in enumerate(element.sensor_report):
            yield f"{base}/sensorReport/{number}/time", report.time
