"""A one-node Slurm, started and stopped by the tests that need a real one (root only)."""
import os
import pathlib
import shutil
import socket
import subprocess
import time


def why_not():
    """Reason why no cluster can be started here; empty if one can."""
    if os.geteuid() != 0:
        return "needs root"
    missing = [name for name in ("slurmctld", "slurmd", "sbatch", "munged") if shutil.which(name) is None]
    return f"not installed: {', '.join(missing)}" if missing else ""


class SlurmCluster:
    """with SlurmCluster(folder) as cluster: cluster.run(["sbatch", ...])"""

    def __init__(self, folder, cores=2):
        self.folder = pathlib.Path(folder)
        self.cores = cores
        self.started = []

    def __enter__(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        # The name of this machine may not resolve (a container); the address is the loopback's.
        host = socket.gethostname().split(".")[0]
        ports = [self._free_port() for _ in range(2)]
        for name in ("state", "spool"):
            (self.folder / name).mkdir(exist_ok=True)
        config = f"""
ClusterName=sluice
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=cred_expire=5
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=pmix
ReturnToService=2
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
StateSaveLocation={self.folder}/state
SlurmdSpoolDir={self.folder}/spool
SlurmctldPidFile={self.folder}/slurmctld.pid
SlurmdPidFile={self.folder}/slurmd.pid
SlurmctldLogFile={self.folder}/slurmctld.log
SlurmdLogFile={self.folder}/slurmd.log
SchedulerParameters=sched_interval=2,bf_interval=2
OverTimeLimit=0
KillWait=10
MinJobAge=3600
JobRequeue=1
NodeName={host} NodeAddr=127.0.0.1 CPUs={self.cores} State=UNKNOWN
PartitionName=all Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""
        (self.folder / "slurm.conf").write_text(config)
        self.environment = dict(os.environ, SLURM_CONF=str(self.folder / "slurm.conf"))
        if subprocess.run(["munge", "-n"], capture_output=True).returncode != 0:
            subprocess.run(["service", "munge", "start"], check=True, capture_output=True)
        for daemon in ("slurmctld", "slurmd"):
            subprocess.run([daemon, "-f", str(self.folder / "slurm.conf")], check=True, env=self.environment)
            self.started.append(daemon)
        deadline = time.time() + 60
        while time.time() < deadline:
            state = self.run(["sinfo", "-h", "-o", "%t"]).stdout.strip()
            if state == "idle":
                return self
            time.sleep(0.5)
        self.__exit__()
        raise RuntimeError(f"the node did not become idle: {state!r}; see {self.folder}/slurmctld.log")

    def __exit__(self, *_):
        self.run(["scancel", "--full", "--user", "root"])
        time.sleep(1)
        for daemon in reversed(self.started):
            try:
                pid = int((self.folder / f"{daemon}.pid").read_text())
                os.kill(pid, 15)
                for _ in range(100):
                    os.kill(pid, 0)
                    time.sleep(0.1)
            except (OSError, ValueError):
                pass

    def run(self, command, **options):
        options.setdefault("env", self.environment)
        return subprocess.run(command, text=True, capture_output=True, stdin=subprocess.DEVNULL, **options)

    def submit(self, arguments, **options):
        result = self.run(["sbatch", "--parsable", *map(str, arguments)], **options)
        if result.returncode != 0:
            raise RuntimeError(f"sbatch failed: {result.stderr}")
        return result.stdout.strip().split(";")[0]

    def job(self, number):
        """The job's record as a dict ("JobState", "ExitCode", "Restarts", ...)."""
        text = self.run(["scontrol", "show", "job", number]).stdout
        return dict(word.split("=", 1) for word in text.split() if "=" in word)

    def wait(self, number, timeout):
        """Waits until the job has ended for good; returns its record."""
        deadline = time.time() + timeout
        while time.time() < deadline:
            record = self.job(number)
            if record.get("JobState") in ("COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY"):
                return record
            time.sleep(1)
        raise TimeoutError(f"job {number} is still {self.job(number)}; {self.folder}/slurmctld.log")

    @staticmethod
    def _free_port():
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return probe.getsockname()[1]
