"""Databases for the product's processes: filled once in a run, then copied for each test."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg

from .modes import Run
from .ports import PATIENCE

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Learner:
    id: int
    username: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass(frozen=True)
class World:
    """Who and what is in every new database. ``answers``: accepted answer by item id."""

    learners: list[Learner]
    activity_id: int
    answers: dict[str, str]


@dataclass
class Database:
    """A database that one or more of the product's processes serve from."""

    url: str
    world: World

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """What a query finds, past the product and past the tests' own Django."""
        if self.url.startswith("sqlite"):
            path = self.url.removeprefix("sqlite:///")
            with closing(sqlite3.connect(path, timeout=PATIENCE)) as connection:
                return connection.execute(sql.replace("%s", "?"), parameters).fetchall()
        with psycopg.connect(self.url) as connection:
            return connection.execute(sql, parameters).fetchall()

    def value(self, sql: str, *parameters: object) -> Any:
        return self.rows(sql, *parameters)[0][0]


class Databases:
    """Makes databases of the run's kind, and drops them at its end."""

    def __init__(self, run: Run, worker: str) -> None:
        self.run = run
        self.prefix = f"langportal_{run.name}_{worker}"
        self.made = 0

    @cached_property
    def template(self) -> tuple[str, World]:
        """Name of the filled database, and what is in it."""
        name = self._name("filled")
        if self.run.database == "postgres":
            self._execute(f'CREATE DATABASE "{name}"')
            self.run.endings.callback(self._drop, name)
        filled = subprocess.run(
            [sys.executable, "-m", "tests.support.populate"],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": self._url(name), "REDIS_URL": ""},
            capture_output=True,
            text=True,
            check=False,
        )
        if filled.returncode:
            raise RuntimeError(f"The database could not be filled:\n{filled.stderr}")
        content = json.loads(filled.stdout)
        learners = [Learner(**learner) for learner in content.pop("learners")]
        return name, World(learners=learners, **content)

    def new(self) -> Database:
        template, world = self.template
        self.made += 1
        name = self._name(str(self.made))
        if self.run.database == "postgres":
            self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
            self.run.endings.callback(self._drop, name)
        else:
            shutil.copy(self.run.folder / template, self.run.folder / name)
        return Database(self._url(name), world)

    def empty(self) -> Database:
        """One with nothing in it, not even tables."""
        self.made += 1
        name = self._name(str(self.made))
        if self.run.database == "postgres":
            self._execute(f'CREATE DATABASE "{name}"')
            self.run.endings.callback(self._drop, name)
        return Database(self._url(name), World(learners=[], activity_id=0, answers={}))

    def _name(self, what: str) -> str:
        ending = ".sqlite3" if self.run.database == "sqlite" else ""
        return f"{self.prefix}_{what}{ending}"

    def _url(self, name: str) -> str:
        if self.run.database == "sqlite":
            return f"sqlite:///{self.run.folder / name}"
        return f"{self.run.postgres_url}/{name}"

    def _execute(self, sql: str) -> None:
        """Again where a process that has ended is still connected to a database to be copied."""
        deadline = time.monotonic() + PATIENCE
        with psycopg.connect(f"{self.run.postgres_url}/postgres", autocommit=True) as connection:
            while True:
                try:
                    connection.execute(sql)
                except psycopg.errors.ObjectInUse:
                    if time.monotonic() > deadline:
                        raise
                else:
                    return

    def _drop(self, name: str) -> None:
        self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
