"""The same requests through Demilune and through other engines; all must agree on every one.

usage: peers.py DEMILUNE [COUNT]
"""

import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import hospital

NOW = "2026-06-01T12:00:00Z"
GROWN = 1_000


class World:
    """1,000 tokens of 500 users, 50 departments in a tree three deep, 20 user types with 30 of 60 permissions each."""

    def __init__(self, seed=1):
        rng = random.Random(seed)
        self.actions = {f"part{i // 6}.act{i % 6}": "admin" if i % 6 == 5 else "read" for i in range(60)}
        self.parents = {f"d{i}": None if i < 2 else f"d{i % 2}" if i < 18 else f"d{2 + i % 16}" for i in range(50)}
        self.types = {f"type{i}": sorted(rng.sample(sorted(self.actions), 30)) for i in range(20)}
        self.users = {f"u{i}": (rng.choice(sorted(self.parents)), rng.choice(sorted(self.types))) for i in range(500)}
        self.tokens = {}
        for i in range(1_000):
            user = f"u{i % 500}"
            kind = "mobile" if rng.random() < 0.1 else "api"
            self.tokens[f"{i + 1:032x}"] = (user, *self.users[user], kind)
        self.rng = rng

    def above(self, department):
        while department:
            yield department
            department = self.parents[department]

    def requests(self, count):
        """Token, action and department of the resource; about half are permitted."""
        rng, tokens, departments = self.rng, sorted(self.tokens), sorted(self.parents)
        under = {d: [e for e in departments if d in self.above(e)] for d in departments}
        actions = sorted(self.actions)
        for _ in range(count):
            token = rng.choice(tokens)
            _, department, user_type, _ = self.tokens[token]
            action = rng.choice(self.types[user_type] if rng.random() < 0.7 else actions)
            place = rng.choice(under[department] if rng.random() < 0.55 else departments)
            yield token, action, place

    def expected(self, token, action, place):
        _, department, user_type, kind = self.tokens[token]
        return (
            action in self.types[user_type]
            and department in self.above(place)
            and not (kind == "mobile" and self.actions[action] == "admin")
        )


def timed(function):
    start = time.perf_counter()
    result = function()
    return result, time.perf_counter() - start


class Demilune:
    name = "Demilune"
    policies = {
        "permissions": """
local policy = { on = "access", grants = { "*" } }
function policy.decide(request)
  if request.token:can(request.action) then permit("{token.user_type} may do this") end
end
return policy
""",
        "scope": """
local policy = { on = "access" }
function policy.decide(request)
  if request.resource.department:is_within(request.token.department) then return end
  deny("{resource.department} is outside {token.department}")
end
return policy
""",
        "mobile": """
local policy = { on = "access" }
function policy.decide(request)
  if request.action_kind ~= "admin" then return end
  if request.token.kind == "mobile" then deny("a mobile token does not administer") end
end
return policy
""",
    }

    def __init__(self, world, program, folder):
        self.program, self.folder = program, folder
        actions = "".join(f'    ["{name}"] = "{kind}",\n' for name, kind in world.actions.items())
        self.schema = (
            "return {\n  actions = {\n" + actions + "  },\n"
            '  resources = { order = { department = "department" } },\n  context = {},\n}\n'
        )
        tenant = {
            "id": "t", "name": "T", "zone": "UTC",
            "departments": [
                {"id": d, "name": d} | ({"parent": parent} if parent else {}) for d, parent in world.parents.items()
            ],
            "user_types": [{"id": t, "name": t, "permissions": p} for t, p in world.types.items()],
            "users": [
                {"id": u, "name": u, "full_name": u, "email": f"{u}@example.org",
                 "assignments": [{"id": f"a{u}", "department": d, "user_type": t}]}
                for u, (d, t) in world.users.items()
            ],
            "tokens": [
                {"id": token, "kind": kind, "name": f"token {token}", "assignment": f"a{user}",
                 "created": "2026-05-20T00:00:00Z",
                 "expires": "2026-06-19T00:00:00Z" if kind == "mobile" else "2027-05-01T00:00:00Z"}
                for token, (user, _, _, kind) in world.tokens.items()
            ],
        }
        for token in tenant["tokens"]:
            if token["kind"] == "mobile":
                del token["name"]
        (folder / "world.json").write_text(json.dumps({"tenants": [tenant]}))
        self.write(3)

    def write(self, count):
        policies = self.folder / f"policies-{count}"
        policies.mkdir(exist_ok=True)
        (policies / "schema.lua").write_text(self.schema)
        sources = list(self.policies.items())
        for number in range(count):
            name, source = sources[number % len(sources)]
            (policies / (f"{name}_{number // 3}.lua" if number >= 3 else f"{name}.lua")).write_text(source)
        return policies

    def run(self, *arguments, policies):
        command = [self.program, "--store", str(self.folder / "world.json"), "--policies", str(policies), "--at", NOW]
        return subprocess.run(command + list(arguments), check=True, capture_output=True, text=True).stdout

    def decide(self, requests):
        lines = self.folder / "requests.ndjson"
        with lines.open("w") as file:
            for token, action, place in requests:
                request = {
                    "subject": {"type": "token", "id": token}, "action": {"name": action},
                    "resource": {"type": "order", "id": "1", "properties": {"department": place}}, "context": {},
                }
                file.write(json.dumps(request, separators=(",", ":")) + "\n")
        output, batch = timed(lambda: self.run("batch", str(lines), "--jobs", "2", policies=self.write(3)))
        answers = [line == '{"decision":true}' for line in output.splitlines()]
        report = json.loads(self.run("bench", "--requests", str(lines), "--grow", "1000", "--json", policies=self.write(3)))
        alone = {3: report["decisions"]["tree"]["median_ns"] / 1e9}
        alone[GROWN] = next(row for row in report["grown"] if row["policies"] == GROWN)["tree"]["median_ns"] / 1e9
        return answers, alone, batch / len(requests)


class Cedar:
    name = "Cedar (cedarpy)"
    policies = [
        "permit(principal, action, resource) when { principal.user_type.permissions.contains(action) };",
        "forbid(principal, action, resource) unless { resource.department in principal.department };",
        'forbid(principal, action in Action::"admin", resource) when { principal.kind == "mobile" };',
    ]

    def __init__(self, world):
        import cedarpy

        self.cedar = cedarpy

        def uid(kind, name):
            return {"type": kind, "id": name}

        def ref(kind, name):
            return {"__entity": uid(kind, name)}

        entities = [{"uid": uid("Action", "admin"), "attrs": {}, "parents": []}]
        for action, kind in world.actions.items():
            parents = [uid("Action", "admin")] if kind == "admin" else []
            entities.append({"uid": uid("Action", action), "attrs": {}, "parents": parents})
        for name, parent in world.parents.items():
            parents = [uid("Department", parent)] if parent else []
            entities.append({"uid": uid("Department", name), "attrs": {}, "parents": parents})
            entities.append(
                {"uid": uid("Order", name), "attrs": {"department": ref("Department", name)}, "parents": []})
        for name, permissions in world.types.items():
            attributes = {"permissions": [ref("Action", p) for p in permissions]}
            entities.append({"uid": uid("UserType", name), "attrs": attributes, "parents": []})
        for token, (_, department, user_type, kind) in world.tokens.items():
            attributes = {
                "department": ref("Department", department), "user_type": ref("UserType", user_type), "kind": kind}
            entities.append({"uid": uid("Token", token), "attrs": attributes, "parents": []})
        self.entities = cedarpy.Entities.from_json_str(json.dumps(entities))

    def policy_set(self, count):
        return self.cedar.PolicySet.from_str("\n".join(self.policies[i % 3] for i in range(count)))

    def batch(self, requests, count):
        asked = [
            {"principal": f'Token::"{token}"', "action": f'Action::"{action}"', "resource": f'Order::"{place}"',
             "context": {}}
            for token, action, place in requests
        ]
        policies = self.policy_set(count)
        results, seconds = timed(lambda: self.cedar.is_authorized_batch(asked, policies, self.entities))
        own = statistics.median(result.metrics["authz_duration_micros"] for result in results) / 1e6
        return [result.allowed for result in results], own, seconds / len(requests)

    def decide(self, requests):
        answers, own, batch = self.batch(requests, 3)
        _, grown, _ = self.batch(requests[:500], GROWN)
        return answers, {3: own, GROWN: grown}, batch


class Casbin:
    name = "Casbin (casbin)"
    model = """
[request_definition]
r = token, action, place
[policy_definition]
p = rule, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = eval(p.rule)
"""

    def __init__(self, world):
        import casbin

        self.casbin, self.world = casbin, world
        self.above = {d: set(world.above(d)) for d in world.parents}
        self.permissions = {t: set(p) for t, p in world.types.items()}

    def enforcer(self, count):
        model = self.casbin.Model()
        model.load_model_from_text(self.model)
        enforcer = self.casbin.Enforcer(model)
        world = self.world
        enforcer.add_function("can", lambda token, action: action in self.permissions[world.tokens[token][2]])
        enforcer.add_function("outside", lambda token, place: world.tokens[token][1] not in self.above[place])
        enforcer.add_function("mobile", lambda token: world.tokens[token][3] == "mobile")
        enforcer.add_function("admin", lambda action: world.actions[action] == "admin")
        rules = [
            ("can(r.token, r.action)", "allow"), ("outside(r.token, r.place)", "deny"),
            ("mobile(r.token) && admin(r.action)", "deny"),
        ]
        for number in range(count):
            rule, effect = rules[number % 3]
            # The same rule twice is one policy: it is told apart by what changes nothing.
            enforcer.add_policy(rule + " && true" * (number // 3 % 2) + " " * (number // 6), effect)
        return enforcer

    def decide(self, requests):
        enforcer = self.enforcer(3)
        answers, seconds = timed(lambda: [enforcer.enforce(*request) for request in requests])
        return answers, {3: seconds / len(requests)}, seconds / len(requests)


class Rego:
    name = "OPA's language (regopy)"
    module = """
package authz
import rego.v1

default allow := false

token := data.tokens[input.token]

allow if {
  input.action in data.types[token.type]
  token.department in data.above[input.place]
  not refused
}

refused if {
  data.actions[input.action] == "admin"
  token.kind == "mobile"
}
"""

    def __init__(self, world):
        from regopy import Interpreter

        self.rego = Interpreter()
        self.rego.add_module("authz.rego", self.module)
        self.rego.add_data_json(json.dumps({
            "tokens": {t: {"department": d, "type": u, "kind": k} for t, (_, d, u, k) in world.tokens.items()},
            "types": world.types, "actions": world.actions, "above": {d: list(world.above(d)) for d in world.parents},
        }))
        self.bundle = self.rego.build("data.authz.allow")

    def ask(self, request):
        token, action, place = request
        self.rego.set_input({"token": token, "action": action, "place": place})
        results = self.rego.query_bundle(self.bundle).results
        return bool(results) and results[0].expressions == [True]

    def decide(self, requests):
        answers, seconds = timed(lambda: [self.ask(request) for request in requests])
        return answers, {3: seconds / len(answers)}, seconds / len(answers)


def show(seconds):
    return f"{seconds * 1e9:,.0f} ns" if seconds < 1e-6 else f"{seconds * 1e6:,.1f} µs"


def write(table):
    widths = [max(len(row[i]) for row in table) for i in range(len(table[0]))]
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


def main():
    program, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    world = World()
    requests = list(world.requests(count))
    expected = [world.expected(*request) for request in requests]
    print(f"{count:,} requests, {sum(expected) / count:.0%} of them permitted")
    with tempfile.TemporaryDirectory() as folder:
        engines = [Demilune(world, program, Path(folder)), Cedar(world), Casbin(world), Rego(world)]
        rows = [(engine.name, *engine.decide(requests)) for engine in engines]
        hospitals = list(hospital.rows(program, Path(folder)))
    for name, answers, _, _ in rows:
        wrong = [i for i, answer in enumerate(answers) if answer != expected[i]]
        if wrong or not answers:
            sys.exit(f"{name} differs at {len(wrong)} requests, first {requests[wrong[0]] if wrong else 'all'}")
    print("all agree\n")
    table = [("engine", "asked", "a decision", "ratio", f"of {GROWN:,} policies", "ratio", "in a batch", "ratio")]
    _, _, first, first_batch = rows[0]
    for name, answers, alone, batch in rows:
        grown = alone.get(GROWN)
        table.append((
            name, f"{len(answers):,}", show(alone[3]), f"{alone[3] / first[3]:,.1f}", show(grown) if grown else "-",
            f"{grown / first[GROWN]:,.1f}" if grown else "-", show(batch), f"{batch / first_batch:,.1f}"))
    write(table)
    print("\na hospital, 500 requests each; all agree\n")
    table = [("policies", "permitted", "Demilune", "Cedar (cedarpy)", "ratio")]
    for policies, permitted, (own, other) in hospitals:
        table.append((f"{policies:,}", f"{permitted}", show(own), show(other), f"{other / own:,.1f}"))
    write(table)


if __name__ == "__main__":
    main()
