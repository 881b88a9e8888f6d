"""Captures a document of XML 1.2 by quartet-epcis and EPCPyYes, and says what it took.

    python -m bench.programs.capture_quartet DOCUMENT FOLDER EVENTS

The parser without business rules, into SQLite on the disk. It reads EPCIS 1.2 alone.
"""

import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

from bench.stopwatch import measured, most_memory, tell

_APPS = (
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "quartet_epcis",
    "quartet_capture.apps.QuartetCaptureConfig",
)


def main() -> None:
    """Capture into an empty database, and measure until it is committed."""
    document, folder, expected = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    database = folder / "quartet.sqlite3"
    database.unlink(missing_ok=True)
    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(database)}},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        INSTALLED_APPS=_APPS,
        USE_TZ=True,
    )
    django.setup()
    call_command("migrate", verbosity=0)
    from quartet_epcis.models.events import Event  # noqa: PLC0415 - only once Django is set up
    from quartet_epcis.parsing.parser import QuartetParser  # noqa: PLC0415 - the same

    with document.open("rb") as source, measured() as took:
        QuartetParser(source).parse()
    found = Event.objects.count()
    if found != expected:
        raise SystemExit(f"{found} events")
    tell(seconds=took.seconds, processor=took.processor, memory=most_memory())


if __name__ == "__main__":
    main()
