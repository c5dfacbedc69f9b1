"""The command line for rules: `jinn rule …`."""

from datetime import datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import msgspec
import typer
from rich.markup import escape

from jinn.edge.wire import CheckWire, FindingWire, NamesWire, RuleDraftWire, RuleWire, RunWire, WhyWire
from jinn.edge.writing import draft_of, draft_to_wire
from jinn.edge.yaml_rules import read_rules, write_rules
from jinn.hub.client import HubClient
from jinn.hub.terminal import Data, Json, data_folder, out, print_json, with_hub
from jinn.kernel import NotFound, Refused

app = typer.Typer(no_args_is_help=True, help="Rules: what the home does by itself.")

Rule = Annotated[str, typer.Argument(help="A rule's id, or its name in either language.")]


class _Runs(msgspec.Struct, frozen=True):
    runs: list[RunWire]


@app.command("add")
def add_rules(
    file: Annotated[Path, typer.Argument(help="YAML: one rule, or a list of rules.")],
    data: Data = None,
    json: Json = False,
) -> None:
    """Keep the rules of a file; with an error in one of them, none."""
    drafts = read_rules(_text_of(file))

    def ask(hub: HubClient) -> None:
        for draft in drafts:
            body = msgspec.to_builtins(draft_to_wire(draft))
            found = msgspec.json.decode(hub.post("/api/rules/check", body), type=CheckWire)
            _refuse_errors(found, draft.names.en)
        for draft in drafts:
            body = msgspec.to_builtins(draft_to_wire(draft))
            _show_rule(msgspec.json.decode(hub.post("/api/rules", body), type=RuleWire), json)

    with_hub(data_folder(data), ask)


@app.command("list")
def list_rules(data: Data = None, json: Json = False) -> None:
    """Every rule, as a sentence."""

    def ask(hub: HubClient) -> None:
        for rule in _rules(hub):
            _show_rule(rule, json)

    with_hub(data_folder(data), ask)


@app.command("show")
def show_rule(rule: Rule, data: Data = None, json: Json = False) -> None:
    """One rule as a file, and when it ran."""

    def ask(hub: HubClient) -> None:
        known = _one(hub, rule)
        runs = msgspec.json.decode(hub.get(f"/api/rules/{quote(known.id, safe='')}/runs?limit=10"), type=list[RunWire])
        if json:
            print_json({"rule": msgspec.to_builtins(known), "runs": msgspec.to_builtins(runs)})
            return
        _show_rule(known, json)
        out.print(escape(_as_file(known)))
        for run in runs:
            _show_run(run)

    with_hub(data_folder(data), ask)


@app.command("remove")
def remove_rule(rule: Rule, data: Data = None) -> None:
    """Forget a rule with its runs."""

    def ask(hub: HubClient) -> None:
        known = _one(hub, rule)
        hub.delete(f"/api/rules/{quote(known.id, safe='')}")
        out.print(f"removed {escape(known.names.en)}")

    with_hub(data_folder(data), ask)


@app.command("enable")
def enable_rule(rule: Rule, data: Data = None, json: Json = False) -> None:
    """Have a rule work again."""
    _set_enabled(rule, data, json, is_enabled=True)


@app.command("disable")
def disable_rule(rule: Rule, data: Data = None, json: Json = False) -> None:
    """Let a rule rest."""
    _set_enabled(rule, data, json, is_enabled=False)


@app.command("check")
def check_rules(
    file: Annotated[Path, typer.Argument(help="YAML: one rule, or a list of rules.")],
    data: Data = None,
    json: Json = False,
) -> None:
    """Say what is wrong with the rules of a file, and keep nothing."""
    drafts = read_rules(_text_of(file))

    def ask(hub: HubClient) -> None:
        checks = [
            msgspec.json.decode(hub.post("/api/rules/check", msgspec.to_builtins(draft_to_wire(draft))), type=CheckWire)
            for draft in drafts
        ]
        for draft, check in zip(drafts, checks, strict=True):
            if json:
                print_json(check)
            else:
                out.print(f"[bold]{escape(draft.names.en)}[/]  {escape(check.said.en)}")
                for finding in check.findings:
                    _show_finding(finding)
        for draft, check in zip(drafts, checks, strict=True):
            _refuse_errors(check, draft.names.en)

    with_hub(data_folder(data), ask)


@app.command("dry-run")
def dry_run(rule: Rule, data: Data = None, json: Json = False) -> None:
    """What a rule would have done in the last 24 hours: of the home, or the first one of a file."""
    path = Path(rule)
    draft = read_rules(_text_of(path))[0] if path.suffix in (".yaml", ".yml") else None

    def ask(hub: HubClient) -> None:
        if draft is not None:
            answer = hub.post("/api/rules/dry-run", msgspec.to_builtins(draft_to_wire(draft)))
        else:
            answer = hub.post(f"/api/rules/{quote(_one(hub, rule).id, safe='')}/dry-run", {})
        runs = msgspec.json.decode(answer, type=_Runs).runs
        for run in runs:
            if json:
                print_json(run)
            else:
                _show_run(run)
        if not runs and not json:
            out.print("It would not have been set off.")

    with_hub(data_folder(data), ask)


@app.command("why")
def why(
    thing: Annotated[str, typer.Argument(help="A thing's id.")],
    property_: Annotated[str | None, typer.Argument(metavar="[PROPERTY]", help="One of its properties.")] = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Why a thing is as it is: who asked for it, and for a rule what set it off."""

    def ask(hub: HubClient) -> None:
        query = f"?property={quote(property_, safe='')}" if property_ else ""
        told = msgspec.json.decode(hub.get(f"/api/things/{quote(thing, safe='')}/why{query}"), type=WhyWire)
        if json:
            print_json(told)
        else:
            out.print(f"{escape(told.said.en)}\n{escape(told.said.zh)}")

    with_hub(data_folder(data), ask)


def _set_enabled(rule: str, data: Path | None, json: bool, *, is_enabled: bool) -> None:
    def ask(hub: HubClient) -> None:
        path = f"/api/rules/{quote(_one(hub, rule).id, safe='')}/enabled"
        _show_rule(msgspec.json.decode(hub.put(path, {"enabled": is_enabled}), type=RuleWire), json)

    with_hub(data_folder(data), ask)


def _rules(hub: HubClient) -> list[RuleWire]:
    return msgspec.json.decode(hub.get("/api/rules"), type=list[RuleWire])


def _one(hub: HubClient, wanted: str) -> RuleWire:
    """By id or name. Raises: `NotFound`; `Refused` `rule-unclear` when several are called so."""
    rules = _rules(hub)
    exact = [rule for rule in rules if rule.id == wanted]
    found = exact or [
        rule for rule in rules if wanted.casefold() in (rule.names.en.casefold(), rule.names.zh.casefold())
    ]
    if not found:
        raise NotFound(f"There is no rule {wanted[:80]!r}.", code="rule-not-found")
    if len(found) > 1:
        raise Refused(f"{len(found)} rules are called {wanted[:80]!r}; use an id.", code="rule-unclear")
    return found[0]


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as wrong:
        raise NotFound(f"{file} cannot be read as text.", code="rule-file-unreadable") from wrong


def _refuse_errors(check: CheckWire, name: str) -> None:
    for finding in check.findings:
        if finding.severity == "error":
            raise Refused(f"{name}: {finding.message.en}", code="rule-unsound")


def _as_file(rule: RuleWire) -> str:
    names = NamesWire(en=rule.names.en, zh=rule.names.zh)
    draft = RuleDraftWire(
        names=names, triggers=rule.triggers, conditions=rule.conditions, actions=rule.actions, enabled=rule.enabled,
        mode="restart" if rule.mode == "restart" else "single", cooldown_s=rule.cooldown_s,
    )  # fmt: skip
    return write_rules([draft_of(draft)])


def _show_rule(rule: RuleWire, json: bool) -> None:
    if json:
        print_json(rule)
        return
    state = "" if rule.enabled else " [dim](rests)[/]"
    trouble = f"\n  [red]{escape(rule.problem.message)}[/]" if rule.problem else ""
    out.print(f"[dim]{rule.id}[/] {escape(rule.said.en)}{state}\n  {escape(rule.said.zh)}{trouble}")


def _show_run(run: RunWire) -> None:
    at = datetime.fromtimestamp(run.at_ms / 1000).astimezone()
    unmet = [found.text.en for found in run.found if not found.met]
    why_not = f" [dim](not so: {escape('; '.join(unmet))})[/]" if unmet else ""
    out.print(f"  {at:%m-%d %H:%M:%S}  {run.outcome:<18} {escape(run.because.en)}{why_not}")


def _show_finding(finding: FindingWire) -> None:
    colour = "red" if finding.severity == "error" else "yellow"
    out.print(f"  [{colour}]{finding.kind}:[/] {escape(finding.message.en)}")
