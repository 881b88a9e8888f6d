"""Numbers of a running server, in the text form of Prometheus."""

from collections.abc import Callable, Iterator
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)  # seconds

Gauges = Callable[[], dict[str, float]]


class Metrics:
    """What is counted of one server; several servers of one process do not share it."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        labels = ("method", "route")
        self._requests = Counter(
            "epcis_http_requests",
            "Requests answered.",
            (*labels, "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "epcis_http_request_seconds",
            "Time to answer a request.",
            labels,
            registry=self._registry,
            buckets=_BUCKETS,
        )

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request.

        Args:
            method: of HTTP; what is none counts as `OTHER`.
            route: the pattern of its path, never the path itself.
            status: of the answer.
            seconds: it took.
        """
        known = method if method in {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"} else "OTHER"
        self._requests.labels(known, route, status).inc()
        self._seconds.labels(known, route).observe(seconds)

    def measure(self, name: str, text: str, gauges: Gauges) -> None:
        """Let a number be asked for whenever the metrics are.

        Args:
            name: of the metric.
            text: what it tells.
            gauges: gives the values by label `of`.
        """
        self._registry.register(_Asked(name, text, gauges))

    def text(self) -> bytes:
        """Return all numbers as Prometheus reads them."""
        return generate_latest(self._registry)


class _Asked(Collector):
    def __init__(self, name: str, text: str, gauges: Gauges) -> None:
        self._name, self._text, self._gauges = name, text, gauges

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Tell the name without asking for the values."""
        yield GaugeMetricFamily(self._name, self._text, labels=["of"])

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Ask for the values."""
        family = GaugeMetricFamily(self._name, self._text, labels=["of"])
        for label, value in self._gauges().items():
            family.add_metric([label], value)
        yield family
