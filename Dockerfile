# 秒回：模型在构建时训练好，运行时不训练、不联网、不用 root。
FROM python:3.11-slim-bookworm AS build
WORKDIR /srv/miaohui
COPY requirements.txt pyproject.toml README.md LICENSE ./
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt
COPY app app
COPY intents intents
COPY scripts_zh scripts_zh
COPY rules_zh rules_zh
COPY lexicon_zh lexicon_zh
COPY shops shops
RUN /opt/venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation -e . \
    && /opt/venv/bin/miaohui train \
    && /opt/venv/bin/miaohui check

FROM python:3.11-slim-bookworm
RUN useradd --create-home --uid 10001 miaohui
COPY --from=build /opt/venv /opt/venv
COPY --from=build --chown=miaohui:miaohui /srv/miaohui /srv/miaohui
WORKDIR /srv/miaohui
USER 10001
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1
VOLUME /srv/miaohui/var
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=3s --start-period=10s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
CMD ["miaohui", "serve", "--host", "0.0.0.0", "--port", "8000", "--no-train"]
