# The bot with its pinned packages. docs/hosting.md says how to run it.
FROM python:3.13-slim

# Made before the packages, which change more often.
RUN useradd --uid 10001 --home-dir /data --create-home paper-round

COPY requirements.txt /app/
RUN pip install --no-cache-dir --root-user-action=ignore --require-hashes --requirement /app/requirements.txt
COPY LICENSE /app/
COPY bot /app/bot
COPY handlers /app/handlers
COPY storage /app/storage
RUN python -m compileall -q /app

# In the volume are the database, its backups, the papers' texts, and `.env` where `setup` wrote one.
# A safe path keeps Python from looking for modules there.
ENV PYTHONPATH=/app PYTHONSAFEPATH=1 PYTHONUNBUFFERED=1 PORT=8080
WORKDIR /data
VOLUME /data
USER paper-round

EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "-c", "import http.client, os; connection = http.client.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=4); connection.request('GET', '/healthz'); raise SystemExit(connection.getresponse().status != 200)"]

# The process gets SIGTERM itself, and ends within ten seconds.
STOPSIGNAL SIGTERM
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run"]
