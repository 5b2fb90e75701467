"""A hospital: a policy for each role and record type of each department, of which a request concerns few."""

import json
import random
import statistics
import subprocess

ROLES = {
    "attending": (4, {
        "PatientRecord": "read write create", "LabResult": "read order", "Prescription": "read write prescribe",
        "Imaging": "read order", "CareNote": "read write create", "Referral": "read write create"}),
    "resident": (3, {
        "PatientRecord": "read write", "LabResult": "read", "Prescription": "read", "Imaging": "read order",
        "CareNote": "read write create", "Referral": "read create"}),
    "nurse": (3, {
        "PatientRecord": "read write", "LabResult": "read", "Prescription": "read",
        "CareNote": "read write create", "Schedule": "read write"}),
    "labTech": (2, {"LabResult": "read write create", "Imaging": "read write create"}),
    "pharmacist": (3, {"Prescription": "read write approve", "PatientRecord": "read"}),
    "admin": (2, {"Schedule": "read write create delete", "BillingRecord": "read write", "AuditLog": "read"}),
    "billing": (2, {"BillingRecord": "read write create bill", "PatientRecord": "read"}),
    "auditor": (4, {"AuditLog": "read write create audit", "PatientRecord": "read", "BillingRecord": "read"}),
    "researcher": (1, {"PatientRecord": "read", "LabResult": "read", "Imaging": "read"}),
}
TYPES = sorted({kind for _, may in ROLES.values() for kind in may})
ACTIONS = sorted({action for _, may in ROLES.values() for actions in may.values() for action in actions.split()})
SIZES = [1, 50, 300]


class Hospital:
    """500 requests of the staff of some departments, five each; four in five are about their own department."""

    def __init__(self, departments, seed=42):
        rng = random.Random(seed)
        self.departments = departments
        self.staff = {}
        for number in range(departments * 5):
            own = number // 5
            groups = [own] + [d for d in range(departments) if d != own and rng.random() < 0.05]
            self.staff[f"staff_{number}"] = (rng.choice(sorted(ROLES)), own, groups)
        self.requests = []
        for number in range(500):
            name = rng.choice(sorted(self.staff))
            own = self.staff[name][1]
            department = own if rng.random() < 0.8 else rng.randrange(departments)
            level = 1 if rng.random() < 0.7 else rng.randint(1, 4)
            self.requests.append(
                (name, rng.choice(ACTIONS + ["read"] * 8), rng.choice(TYPES), f"r{number}", department, level))

    @property
    def count(self):
        return self.departments * (1 + sum(len(may) for _, may in ROLES.values()))

    def expected(self, name, action, kind, _, department, level):
        role, _, groups = self.staff[name]
        clearance, may = ROLES[role]
        return action in may.get(kind, "").split() and department in groups and level <= clearance

    def rules(self):
        """Department, role, record type and actions."""
        for department in range(self.departments):
            for role, (_, may) in ROLES.items():
                for kind, actions in may.items():
                    yield department, role, kind, actions.split()


def by_demilune(hospital, program, folder):
    policies = folder / f"hospital-{hospital.departments}"
    policies.mkdir()
    record = '{ department = "string", sensitivity = "number" }'
    (policies / "schema.lua").write_text(
        "return {\n  actions = { " + ", ".join(f'{action} = "read"' for action in ACTIONS) + " },\n"
        "  resources = { " + ", ".join(f"{kind} = {record}" for kind in TYPES) + " },\n"
        '  subjects = { staff = { role = "string", clearance = "number", groups = list "string" } },\n}\n')

    def add(name, grants, condition, effect):
        (policies / f"{name.lower()}.lua").write_text(
            f'local policy = {{ on = "access", subject = "staff"{grants} }}\nfunction policy.decide(request)\n'
            f"  if {condition} then {effect} end\nend\nreturn policy\n")

    for department, role, kind, actions in hospital.rules():
        action = " or ".join(f'request.action == "{name}"' for name in actions)
        names = ", ".join(f'"{name}"' for name in actions)
        add(f"d{department}_{role}_{kind}", f", grants = {{ {names} }}",
            f'request.subject.role == "{role}" and request.resource.type == "{kind}" and ({action})'
            f' and request.resource.department == "dept_{department}"'
            f' and request.subject.groups:contains("dept_{department}")', 'permit("its role may")')
    for department in range(hospital.departments):
        add(f"d{department}_sensitivity", "",
            f'request.resource.department == "dept_{department}"'
            " and request.resource.sensitivity > request.subject.clearance", 'deny("too sensitive")')
    lines = folder / f"hospital-{hospital.departments}.ndjson"
    with lines.open("w") as file:
        for name, action, kind, record, department, level in hospital.requests:
            role, _, groups = hospital.staff[name]
            properties = {
                "role": role, "clearance": ROLES[role][0], "groups": [f"dept_{group}" for group in groups]}
            file.write(json.dumps({
                "subject": {"type": "staff", "id": name, "properties": properties}, "action": {"name": action},
                "resource": {"type": kind, "id": record,
                             "properties": {"department": f"dept_{department}", "sensitivity": level}},
                "context": {}}) + "\n")

    def run(*arguments):
        command = [program, "--store", str(folder / "world.json"), "--policies", str(policies), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    answers = [line == '{"decision":true}' for line in run("batch", str(lines)).splitlines()]
    report = json.loads(run("bench", "--requests", str(lines), "--grow", "3", "--jobs", "1", "--json"))
    return answers, report["decisions"]["tree"]["median_ns"] / 1e9


def by_cedar(hospital):
    import cedarpy

    rules = []
    for department, role, kind, actions in hospital.rules():
        names = ", ".join(f'Action::"{name}"' for name in actions)
        rules.append(
            f"permit(principal, action in [{names}], resource is {kind}) when {{ principal.role == \"{role}\""
            f' && resource.department == "dept_{department}" && principal.groups.contains("dept_{department}") }};')
    for department in range(hospital.departments):
        rules.append(
            f'forbid(principal, action, resource) when {{ resource.department == "dept_{department}"'
            " && resource.sensitivity > principal.clearance };")
    entities = []
    for name, (role, _, groups) in hospital.staff.items():
        attributes = {"role": role, "clearance": ROLES[role][0], "groups": [f"dept_{group}" for group in groups]}
        entities.append({"uid": {"type": "Staff", "id": name}, "attrs": attributes, "parents": []})
    asked = []
    for name, action, kind, record, department, level in hospital.requests:
        attributes = {"department": f"dept_{department}", "sensitivity": level}
        entities.append({"uid": {"type": kind, "id": record}, "attrs": attributes, "parents": []})
        asked.append({
            "principal": f'Staff::"{name}"', "action": f'Action::"{action}"', "resource": f'{kind}::"{record}"',
            "context": {}})
    policies = cedarpy.PolicySet.from_str("\n".join(rules))
    results = cedarpy.is_authorized_batch(asked, policies, cedarpy.Entities.from_json_str(json.dumps(entities)))
    seconds = statistics.median(result.metrics["authz_duration_micros"] for result in results) / 1e6
    return [result.allowed for result in results], seconds


def rows(program, folder):
    """Policies, permitted requests, and the seconds of one decision by each engine. All answers are as expected."""
    for departments in SIZES:
        hospital = Hospital(departments)
        expected = [hospital.expected(*request) for request in hospital.requests]
        seconds = []
        for name, (answers, own) in (
            ("Demilune", by_demilune(hospital, program, folder)), ("Cedar", by_cedar(hospital)),
        ):
            wrong = [number for number, answer in enumerate(answers) if answer != expected[number]]
            if wrong or len(answers) != len(expected):
                raise SystemExit(f"{name} differs in a hospital of {departments} at {len(wrong)} requests")
            seconds.append(own)
        yield hospital.count, sum(expected), seconds
