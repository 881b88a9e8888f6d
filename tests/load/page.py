"""The page that tells what a load has shown."""
from statistics import quantiles
def page(outcome):
    lines = [f"clients {outcome.clients} {outcome.seconds:.1f}s pause {outcome.pause} memory {outcome.memory} cpu {outcome.processor:.1f} events {len(outcome.tally.acknowledged)} documents {outcome.tally.documents} wrong {len(outcome.wrong)}"]
    for kind, s in outcome.tally.seconds.items():
        q = quantiles(s, n=100) if len(s) > 1 else [s[0]]*99
        lines.append(f"{kind:30} {len(s):6} p50 {1000*q[49]:8.1f} p95 {1000*q[94]:8.1f} p99 {1000*q[98]:8.1f} max {1000*max(s):8.1f}")
    return "\n".join(lines) + "\n"
