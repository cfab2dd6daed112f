# Training on a GPU, or a step of the pipeline on a cluster. The wheels of torch bring CUDA's
# libraries; the machine brings the driver.
#
#   docker build -f infra/docker/train.Dockerfile -t tryon-train .
#   docker run --gpus all --shm-size 8g -e TRYON_PROFILE=gpu -e HOME=/tmp \
#       --user "$(id -u)" -v "$PWD:/work" tryon-train
#
# Pin the base by digest where images are promoted: --build-arg BASE=nvidia/cuda@sha256:…
ARG BASE=nvidia/cuda:13.0.1-base-ubuntu24.04

FROM ${BASE}
RUN apt-get update && \
    apt-get install -y --no-install-recommends \
        ca-certificates git libgl1 libglib2.0-0t64 make python3-venv && \
    rm -rf /var/lib/apt/lists/* && \
    useradd --uid 1034 --create-home tryon
ENV UV_PYTHON_INSTALL_DIR=/opt/python
COPY requirements.lock /
RUN python3 -m venv /uv && \
    /uv/bin/pip install --no-cache-dir uv==0.13.9 && \
    /uv/bin/uv venv --python 3.11 /venv && \
    VIRTUAL_ENV=/venv /uv/bin/uv pip install --no-cache -r /requirements.lock
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONPATH=/work \
    ZENML_ANALYTICS_OPT_IN=false \
    DVC_NO_ANALYTICS=1 \
    BENTOML_DO_NOT_TRACK=true
USER 1034
WORKDIR /work
CMD ["zenml", "pipeline", "run", "training"]
