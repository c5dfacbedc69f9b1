"""How do several tasks share one fate? MicroPython has no task groups, and tells nobody when a task fails."""

import asyncio


async def first_of(*works):
    """Run coroutines until the first of them ends; the others are cancelled. Raises what it raised."""
    over = asyncio.Event()
    ends = []
    tasks = [asyncio.create_task(_guard(work, ends, over)) for work in works]
    try:
        await over.wait()
    finally:
        for task in tasks:
            task.cancel()
    if ends[0] is not None:
        raise ends[0]


async def _guard(work, ends, over):
    try:
        await work
    except Exception as failure:  # It is raised again where it can be seen.
        ends.append(failure)
    else:
        ends.append(None)
    over.set()
