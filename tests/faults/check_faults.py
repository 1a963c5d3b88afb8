"""Every system call of a save and of a load failing in turn, and being where a save is killed.

usage: check_faults.py SUBJECT

strace does both: it makes the n-th call of a name fail, or kills the process there. After each
the file is the old one or the new one, whole; what was reported is what happened; nothing lies
beside it, or the next save removes it; and the next load succeeds. Exit status 77: strace can't
trace here.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ERRORS = ['EIO', 'ENOSPC', 'EINTR', 'EMFILE', 'EACCES', 'ENOMEM']
SECONDS = 30
# The BLAS's threads map memory before a save, now more often, now less: then the call that was
# meant is another one, or none.
TRIES = 5
CALL = re.compile(r'^(?:\d+ +)?(\w+)\(')
# What can't fail. The kernel's brk() answers with the old end of the heap and never with an error
# (the C library then maps memory instead); futex() wakes nobody at worst.
NEVER_FAILS = {'exit_group', 'getpid', 'gettid', 'sched_yield', 'brk', 'futex'}


@dataclass(frozen=True)
class Call:
    """The `number`-th system call of that name in the life of the process."""

    name: str
    number: int


@dataclass(frozen=True)
class Outcome:
    code: int
    said: str


def run(subject: str, arguments: list[str], inject: str = '', log: Path | None = None) -> Outcome:
    command = ['strace', '-f', '-qq', '-o', str(log or '/dev/null')]
    command += ['-e', f'inject={inject}'] if inject else []
    done = subprocess.run(
        [*command, subject, *arguments], capture_output=True, text=True, timeout=SECONDS
    )
    return Outcome(done.returncode, done.stdout + done.stderr)


def calls_of(subject: str, arguments: list[str], folder: Path) -> list[Call]:
    """What happens between the marks, when all goes well."""
    log = folder / 'log'
    assert run(subject, arguments, log=log).code == 0
    seen: dict[str, int] = {}
    inside, calls = False, []
    for line in log.read_text().splitlines():
        if not (match := CALL.match(line)):
            continue
        name = match[1]
        seen[name] = seen.get(name, 0) + 1
        if '/mark/' in line:
            inside = '/mark/begin' in line
        elif inside and name not in NEVER_FAILS:
            calls.append(Call(name, seen[name]))
    log.unlink()
    return calls


class Stage:
    """A folder with a model in it, and what the old and the new file hold."""

    def __init__(self, subject: str, place: Path, old: bytes = b'', new: bytes = b''):
        self.subject, self.place, self.old, self.new = subject, place, old, new
        place.mkdir()
        self.file = place / 'model'
        self.file.write_bytes(old)

    @classmethod
    def first(cls, subject: str, place: Path) -> Stage:
        stage = cls(subject, place)
        stage.save('2')
        stage.new = stage.file.read_bytes()
        stage.save('1')
        stage.old = stage.file.read_bytes()
        return stage

    def save(self, seed: str, inject: str = '') -> Outcome:
        return run(self.subject, ['save', str(self.file), seed], inject)

    def load(self, inject: str = '') -> Outcome:
        return run(self.subject, ['load', str(self.file)], inject)

    def beside(self) -> list[str]:
        return [entry.name for entry in self.place.iterdir() if entry != self.file]

    def restore(self) -> str:
        """An ordinary save mends whatever was left; says what it did not."""
        if self.save('1').code != 0 or self.beside() or self.file.read_bytes() != self.old:
            return 'the next save does not put it right'
        return '' if self.load().code == 0 else 'the next load fails'


def judge_failed_save(stage: Stage, call: Call, error: str) -> str:
    outcome = stage.save('2', f'{call.name}:error={error}:when={call.number}')
    content = stage.file.read_bytes()
    if outcome.code not in (0, 1):
        return f'ended with {outcome.code}: {outcome.said}'
    if outcome.code == 0 and content != stage.new:
        return 'reported success, but the new file is not there'
    synced = 'saved, but cannot sync' in outcome.said
    if outcome.code == 1 and content != (stage.new if synced else stage.old):
        return f'reported "{outcome.said}", but the old file is not there'
    if stage.beside():
        return f'left {stage.beside()}'
    return stage.restore()


def judge_killed_save(stage: Stage, call: Call, signal: str) -> str:
    for _ in range(TRIES):
        outcome = stage.save('2', f'{call.name}:signal={signal}:when={call.number}')
        if outcome.code != 0:
            break
        stage.save('1')
    if outcome.code != -9 and outcome.code != 137:
        return f'was not killed: {outcome.code} {outcome.said}'
    if stage.file.read_bytes() not in (stage.old, stage.new):
        return 'neither the old file nor the new one is there'
    return stage.restore()


def judge_failed_load(stage: Stage, call: Call, error: str) -> str:
    outcome = stage.load(f'{call.name}:error={error}:when={call.number}')
    if outcome.code not in (0, 1):
        return f'ended with {outcome.code}: {outcome.said}'
    status = outcome.said.split()[0]
    if outcome.code == 1 and status not in ('-2', '-3'):
        return f'is reported as "{outcome.said}"'
    return ''


def check_order(subject: str, folder: Path) -> str:
    """Written, synced, renamed, its folder synced: in that order. And nothing random, which
    jansson would draw without a care for who forks meanwhile."""
    log = folder / 'order'
    run(subject, ['save', str(folder / 'ordered'), '1'], log=log)
    wanted = ['write', 'fsync', 'linkat', 'renameat', 'fsync']
    between = log.read_text().split('/mark/begin')[1].split('/mark/end')[0]
    found = [name for name in re.findall(r'^(?:\d+ +)?(\w+)\(', between, re.M) if name in wanted]
    while found[:2] == ['write', 'write']:
        found.pop(0)
    if 'random' in between:
        return 'the first save of a process draws random numbers'
    return '' if found == wanted else f'a save calls {found}'


def main(subject: str) -> int:
    folder = Path(tempfile.mkdtemp(prefix='libdigit-faults-'))
    try:
        if not shutil.which('strace') or run('true', []).code != 0:
            print('SKIPPED: strace is missing or may not trace here')
            return 77
        scratch = Stage.first(subject, folder / 'scratch')
        saves = calls_of(subject, ['save', str(scratch.file), '2'], folder)
        loads = calls_of(subject, ['load', str(scratch.file)], folder)
        work = [('save', judge_failed_save, call, error) for call in saves for error in ERRORS]
        work += [('load', judge_failed_load, call, error) for call in loads for error in ERRORS]
        work += [('save', judge_killed_save, call, 'KILL') for call in saves]
        failures = [text for text in [check_order(subject, folder)] if text]

        def one(number: int) -> str:
            what, judge, call, fault = work[number]
            place = folder / str(number)
            text = judge(Stage(subject, place, scratch.old, scratch.new), call, fault)
            shutil.rmtree(place)
            return text and f'{what}, {fault} in {call.name} number {call.number}: {text}'

        with ThreadPoolExecutor(2) as pool:
            failures += [text for text in pool.map(one, range(len(work))) if text]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print('\n'.join(failures))
    print(f'{len(saves)} system calls of a save, {len(loads)} of a load; {len(work)} faults, '
          f'{len(failures)} failures')
    return 1 if failures or len(saves) < 15 or len(loads) < 5 else 0


sys.exit(main(sys.argv[1]))
