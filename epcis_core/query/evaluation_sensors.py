"""What sensors reported, in memory; see `epcis_core.query.evaluation`.

References:
    EPCIS 2.0, sections 7.3.7 and 8.2.7.1
"""

from typing import Any, Final

from epcis_core.errors import IdentifierError
from epcis_core.identifiers import canonical
from epcis_core.model.events import EpcisEvent
from epcis_core.model.namespaces import Namespaces
from epcis_core.model.times import microseconds
from epcis_core.query.conditions import SensorMoment, SensorNumber, SensorOneOf
from epcis_core.query.evaluation_values import compares, measures, spelled
from epcis_core.vocabulary import VocabularyList

_FIELDS: Final = {
    "time": "time",
    "startTime": "start_time",
    "endTime": "end_time",
    "type": "type",
    "deviceID": "device_id",
    "deviceMetadata": "device_metadata",
    "rawData": "raw_data",
    "dataProcessingMethod": "data_processing_method",
    "bizRules": "biz_rules",
    "microorganism": "microorganism",
    "chemicalSubstance": "chemical_substance",
    "uriValue": "uri_value",
    "stringValue": "string_value",
    "booleanValue": "boolean_value",
    "hexBinaryValue": "hex_binary_value",
    "value": "value",
    "minValue": "min_value",
    "maxValue": "max_value",
    "meanValue": "mean_value",
    "sDev": "s_dev",
    "percRank": "perc_rank",
    "percValue": "perc_value",
}


def senses(
    event: EpcisEvent,
    asked: SensorOneOf | SensorMoment | SensorNumber,
    namespaces: Namespaces,
) -> bool:
    """Tell whether a sensor's metadata, or one report, say what is asked for."""
    for element in getattr(event, "sensor_element_list", None) or ():
        for said in (element.sensor_metadata, *element.sensor_report):
            if said is not None and _says(said, asked, namespaces):
                return True
    return False


def _says(
    said: Any, asked: SensorOneOf | SensorMoment | SensorNumber, namespaces: Namespaces
) -> bool:
    value = getattr(said, _FIELDS[asked.field], None)  # a report has more fields than metadata
    if value is None:
        return False
    match asked:
        case SensorMoment():
            return compares(microseconds(value), asked.comparison, asked.moment)
        case SensorNumber():
            return measures(value, said.uom, asked)
        case SensorOneOf():
            return not _called(asked.field, value, namespaces).isdisjoint(asked.values)


def _called(field: str, value: Any, namespaces: Namespaces) -> set[str]:
    """Return what a value may be asked for as."""
    match field:
        case "type":
            return spelled(VocabularyList.MEASUREMENT_TYPE, value, namespaces)
        case "stringValue":
            return {value}
        case "booleanValue":
            return {str(value).lower()}
        case "hexBinaryValue":
            return {value.upper()}
    try:
        return {canonical(value)}
    except IdentifierError:
        return {value}
