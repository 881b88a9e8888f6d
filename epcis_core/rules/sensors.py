"""Sensor readings: what they must say, and what contradicts itself.

References:
    EPCIS 2.0, section 7.3.7; conformance test case TCR-53, step 29; requirement M122
"""

from collections.abc import Iterator
from typing import Final

from epcis_core.findings import Finding, Path, Where, finding, pointer_of
from epcis_core.model.base import json_name
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
        said = [name for name in _SAID_ONCE if getattr(metadata, name) is not None]
        for number, report in enumerate(element.sensor_report):
            for attribute in said:
                if getattr(report, attribute) is None:
                    continue
                name = _SAID_ONCE[attribute]
                pointer = f"/sensorElementList/{index}/sensorReport/{number}/{name}"
                yield finding("said_twice", at=Where(pointer=pointer), field=name)


def reading_is_not_later_than_event(event: EpcisEvent) -> Iterator[Finding]:
    """A reading was taken before, or when, the event that reports it happened."""
    happened = instant(event.event_time)
    for time, path in _reading_times(event):
        if instant(time) > happened:
            yield finding(
                "reading_later_than_event",
                at=Where(pointer=pointer_of(path)),
                time=time,
                event_time=event.event_time,
            )


def _reading_times(event: EpcisEvent) -> Iterator[tuple[str, Path]]:
    """Yield every time of a reading, with its path from the event."""
    for index, element in enumerate(vars(event).get("sensor_element_list") or ()):
        base = ("sensorElementList", index)
        metadata = element.sensor_metadata
        if metadata is not None:
            for name in ("time", "start_time", "end_time"):
                if (time := getattr(metadata, name)) is not None:
                    yield time, (*base, "sensorMetadata", json_name(name))
        for number, report in enumerate(element.sensor_report):
            if report.time is not None:
                yield report.time, (*base, "sensorReport", number, "time")
