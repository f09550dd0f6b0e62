"""An export verified from its files alone, and what `evenhand verify FOLDER` says of it."""

from __future__ import annotations

from pathlib import Path

from evenhand.audit import tables as at
from evenhand.audit.export import ExportReport, verify_export
from evenhand.audit.export_files import ExportRefused
from evenhand.edge.cli.log_given import ahead, showing, tell_ahead
from evenhand.edge.cli.screen import count, entries_of, out, safe, say_json
from evenhand.edge.config import file_shown
from evenhand.edge.export.folder import FilesOnDisk
from evenhand.errors import EvenhandError
from evenhand.ledger.policy import parse_policy


def export_verified(folder: Path, policy: Path | None, *, quiet: bool
                    ) -> tuple[FilesOnDisk, ExportReport]:
    """An export's files once they are verified, by the policy given or, for want of one, its own.
    """
    files = FilesOnDisk(folder)
    try:
        rules = files.read(at.POLICY) if policy is None else _given(policy)
        if files.read(at.MANIFEST) is None or rules is None:
            raise ExportRefused("this folder is no export", where=at.MANIFEST if rules else
                                at.POLICY, hint="name a folder that `evenhand export` wrote, or "
                                "the receipts; `--ledger` names a log's own files")
        trusted = parse_policy(rules)
        return files, showing(lambda progress: verify_export(files, trusted, progress=progress),
                              quiet=quiet)
    except EvenhandError as refused:
        refused.where = str(file_shown(folder)) + (f"/{refused.where}" if refused.where else "")
        raise


def verify_exported(folder: Path, policy: Path | None, *, as_json: bool) -> int:
    """Verify an export and tell what was found."""
    _, report = export_verified(folder, policy, quiet=as_json)
    if as_json:
        say_json({
            "export": "sealed" if report.sealed else "public",
            "origin": report.leaves.trust.checkpoint.origin,
            "size": report.leaves.trust.checkpoint.size,
            "witnessed": report.leaves.trust.is_witnessed,
            "witnessed_at": dict(report.leaves.trust.witnessed),
            "dated_ahead": ahead(report.leaves.trust), "entries": report.leaves.kinds,
            "published": report.leaves.published, "heads": report.heads,
            "documents": report.documents, "opened": report.opened, "erased": report.erased,
            "facts": report.facts, "batches": report.batches, "rows": report.rows,
            "erased_rows": report.erased_rows, "files_unknown": report.unknown})
    else:
        _tell(report, own_policy=policy is None)
    return 0


def _given(policy: Path) -> bytes:
    try:
        return policy.read_bytes()
    except OSError as refused:
        raise EvenhandError(f"the policy cannot be read: {refused.strerror}",
                            where=str(policy)) from None


def _tell(report: ExportReport, *, own_policy: bool) -> None:
    kind = "sealed" if report.sealed else "public"
    out.print(f"[good]verified[/good] a {kind} export of {safe(report.leaves.trust)}",
              soft_wrap=True)
    tell_ahead(report.leaves.trust)
    if own_policy:
        out.print("  by the key that lies in the export: hold it against the one that others have, "
                  "with --policy", soft_wrap=True)
    out.print(f"  the tree of all entries, {count(report.heads, 'signed head')} and "
              f"{count(report.documents, 'published document')}, from the files alone:",
              soft_wrap=True)
    for name, number in sorted(report.leaves.kinds.items()):
        out.print(f"    {entries_of(name, number)}")
    out.print("  every decision cites terms that this log had published before it, that had come "
              "into force, and that have the clause", soft_wrap=True)
    if report.sealed:
        out.print(f"  {count(report.opened, 'record')} opened: each is what its entry commits to; "
                  f"{report.erased:,} erased, as records of erasure say", soft_wrap=True)
        out.print(f"  {count(report.rows, 'row')} of facts in "
                  f"{count(report.batches, 'batch', 'batches')}: each is what was sealed; "
                  f"{report.erased_rows:,} erased, as records of erasure say", soft_wrap=True)
        out.print(f"  {count(report.facts, 'measurement')} of single posts: [ask]the platform's "
                  "own word, no entry commits to it[/ask]", soft_wrap=True)
    if report.unknown:
        more = ", ..." if len(report.unknown) > 1 else ""
        out.print(f"  [ask]{count(len(report.unknown), 'file')} none of an export's, and not "
                  f"looked at: {safe(report.unknown[0])}{more}[/ask]", soft_wrap=True)
