"""Reads a requirements file as pip does, and tells where the reading on standard input differs.

Versions compare as sets, markers by what they mean in a number of environments.
"""

import itertools
import json
import os
import re
import sys

from pip._internal.network.session import PipSession
from pip._internal.req.constructors import install_req_from_parsed_requirement
from pip._internal.req.req_file import parse_requirements
from pip._vendor.packaging.markers import Marker, default_environment
from pip._vendor.packaging.specifiers import SpecifierSet
from pip._vendor.packaging.utils import canonicalize_name

ENVIRONMENTS = [
    default_environment()
    | {"python_version": python, "python_full_version": f"{python}.1", "os_name": os, "sys_platform": platform}
    | {"platform_python_implementation": implementation, "extra": extra}
    for python, (os, platform), implementation, extra in itertools.product(
        ["2.7", "3.7", "3.8", "3.9", "3.13"],
        [("posix", "linux"), ("nt", "win32")],
        ["CPython", "PyPy"],
        ["", "test"],
    )
]


def meaning(marker):
    return [marker is None or Marker(str(marker)).evaluate(environment) for environment in ENVIRONMENTS]


def by_pip(path):
    for parsed in parse_requirements(path, session=PipSession()):
        requirement = install_req_from_parsed_requirement(parsed)
        file, line = re.search(r"([^/]+) \(line (\d+)\)", parsed.comes_from).groups()
        named = requirement.req
        yield {
            "name": canonicalize_name(named.name) if named else None,
            "specifiers": SpecifierSet(str(named.specifier)) if named else None,
            "extras": sorted(canonicalize_name(extra) for extra in requirement.extras),
            "marker": meaning(requirement.markers),
            "url": requirement.link.url if requirement.link else None,
            "file": file,
            "line": int(line),
            "constraint": parsed.constraint,
        }


def comparable(read):
    if read["name"] is None:
        return {key: read[key] for key in ("name", "file", "line", "constraint")}
    return read


def ours(read):
    if read["name"] is not None:
        # Ours stays as it is written.
        read["url"] = read["url"] and os.path.expandvars(read["url"])
        read["specifiers"] = SpecifierSet(read["specifiers"])
        read["marker"] = meaning(read["marker"])
        read["extras"] = sorted(read["extras"])
    return comparable(read)


def refused_by_pip(line, path):
    with open(path, "w") as file:
        file.write(line + "\n")
    try:
        for parsed in parse_requirements(path, session=PipSession()):
            install_req_from_parsed_requirement(parsed)
    except Exception:
        return True
    return False


def main():
    told = json.load(sys.stdin)
    place = lambda read: (read["file"], read["line"], read["name"] or "")
    pip = sorted(map(comparable, by_pip(told["path"])), key=place)
    mine = sorted(map(ours, told["read"]), key=place)
    differences = [
        (str(one), str(other)) for one, other in itertools.zip_longest(pip, mine) if one != other
    ]
    for line, refused in told["refused"]:
        if refused != refused_by_pip(line, told["path"] + ".refused"):
            differences.append((line, f"refused here: {refused}"))
    print(json.dumps(differences, indent=1))


main()
