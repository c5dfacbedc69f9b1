"""What an appliance needs: from its start to its first report, its heap, and from a command to its report, at the real door."""

import json
import os
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import anyio
from measuring import line, median, percentile

ROOT = Path(__file__).resolve().parents[1]
