#!/usr/bin/python3
"""Weights files of surrogates and PyTorch's state_dicts, both ways.

    description = {"architecture": {"kind": "mlp", "hidden": [16], "activation": "tanh"},
                   "inputs": [{"field": "u", "unit": "K"}], "outputs": [{"field": "u", "unit": "K s^-1"}]}
    write("weights.h5", description, model.state_dict())
    description, tensors = read("weights.h5")
    model.load_state_dict({name: torch.tensor(values) for name, values in tensors.items()})

The names and shapes of the tensors of every architecture stand in src/surrogate/architecture.hpp; `sluice surrogate info
FILE` checks a file and shows what it holds. Complex tensors are stored with real and imaginary part as their last axis."""
import hashlib
import json

import h5py
import numpy as np


def content_hash(description, tensors):
    digest = hashlib.sha256(description)
    for name in sorted(tensors):
        digest.update(f"\n{name} {'x'.join(map(str, tensors[name].shape))}\n".encode() + tensors[name].astype("<f8").tobytes())
    return digest.hexdigest()


def write(path, description, state_dict):
    tensors = {name: np.asarray(values.detach().cpu() if hasattr(values, "detach") else values) for name, values in state_dict.items()}
    tensors = {name: np.stack([v.real, v.imag], -1) if np.iscomplexobj(v) else v for name, v in tensors.items()}
    text = json.dumps(description).encode()
    with h5py.File(path, "w") as file:
        file.attrs.update(format="sluice surrogate weights", version=1, hash=content_hash(text, tensors))
        file["description"] = np.bytes_(text)
        for name, values in tensors.items():
            file["tensors/" + name] = values.astype("f8")


def read(path):
    import yaml
    with h5py.File(path) as file:
        text, tensors = file["description"][()], {name: values[()] for name, values in file["tensors"].items()}
        if content_hash(text, tensors) != file.attrs["hash"]:
            raise ValueError(f"{path}: the content does not have the hash that it says; the file is damaged")
    return yaml.safe_load(text), tensors
