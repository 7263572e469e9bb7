"""Make cib/roles/simulated.json, the population that comes with the package: `python docs/population.py`.

Organic accounts of the simulator, without any operation: fans, newsrooms, celebrities and everybody else, at 1:20
of June 2020. Run it again when the features of the roles or the simulator change.
"""

from __future__ import annotations

import cib
from cib.roles.population import SHIPPED, Distribution, Population
from cib.roles.role import AMPLIFIER, HIGHLY_ENGAGED

SCALE, SEED, KNOTS = 0.05, 0, 201


def main() -> None:
    wanted = sorted({*HIGHLY_ENGAGED.weights, *AMPLIFIER.weights})
    features = cib.extract(cib.simulate("organic", scale=SCALE, seed=SEED).activity, wanted)
    known = {name: Distribution.of(features[name], KNOTS) for name in wanted}
    source = f"cib.simulate('organic', scale={SCALE}, seed={SEED}): made accounts, none of them real"
    path = Population(source, len(features), known).save(SHIPPED["simulated"])
    print(f"{path}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
