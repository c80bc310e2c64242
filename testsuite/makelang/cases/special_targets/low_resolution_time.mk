# setup: touch -d '2021-01-01 00:00:00.5' in; touch -d '2021-01-01 00:00:00' out
.LOW_RESOLUTION_TIME: out
out: in ; @echo out remade
