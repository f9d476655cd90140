#!/usr/bin/python3
"""Makes the picture of a run: what its solver is about, on one page (PNG)."""
import argparse
import os

import picture_diffusion
import picture_flux_transport
import picture_nlse
import picture_turbulence
import sluice_plot
from sluice_files import BadInput, Run, run_main

pictures = {
    "diffusion": picture_diffusion.draw,
    "flux_transport": picture_flux_transport.draw,
    "nlse": picture_nlse.draw,
    "turbulence": picture_turbulence.draw,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", help="run folder, as runs/solar_rotation")
    parser.add_argument("-o", "--output", help="PNG file (default: RUN/picture.png)")
    arguments = parser.parse_args()
    run = Run(arguments.run)
    if run.solver not in pictures:
        raise BadInput(f"no picture for solver '{run.solver}'; there is one for {', '.join(sorted(pictures))}")
    file = arguments.output or os.path.join(arguments.run, "picture.png")
    sluice_plot.use_style()
    try:
        pictures[run.solver](run, file)
    except OSError as error:
        raise BadInput(f"{file}: cannot be written ({error.strerror or error})") from None
    print(file)


if __name__ == "__main__":
    run_main(main)
