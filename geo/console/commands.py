"""The commands of app.py as a table; the module of a command is imported when the command is used."""

import gc
from importlib import import_module

import click

COMMANDS = {
    "serve": "server.serve",
    "build": "version_commands.build",
    "check": "inspection.check",
    "links": "inspection.links",
    "export": "exports.export",
    "sheet": "printing.sheet",
    "plan-sheet": "planner_sheets.plan_sheet_command",
    "report": "printing.report",
    "import": "import_options.import_",
    "restore": "version_commands.restore",
    "token": "sign_in.token",
    "sign-in-link": "sign_in.sign_in_link",
    "base": "base.base",
    "backup": "backups.backup",
    "restore-backup": "backups.restore_backup",
    "verify": "backups.verify",
    "doctor": "inspection.doctor",
    "dictionary": "inspection.dictionary",
    "figure": "plan_figures.figure",
    "indicators": "plan_figures.indicators",
}
"""Name of each command -> module of geo.console and function."""


class CommandTable(click.Group):
    """The commands of COMMANDS. Importing all takes a second, most of it for libraries that few of them need."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands, as `--help` lists them."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name; None when there is none."""
        if cmd_name not in COMMANDS:
            return None
        module, function = COMMANDS[cmd_name].split(".")
        gc.disable()  # nothing that an import makes is garbage, and looking for it takes a fifth of the time
        try:
            command: click.Command = getattr(import_module(f"geo.console.{module}"), function)
        finally:
            gc.enable()
        return command
