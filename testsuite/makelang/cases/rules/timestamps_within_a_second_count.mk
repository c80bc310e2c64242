# setup: touch -d '2021-01-01 00:00:00.5' in; touch -d '2021-01-01 00:00:00.2' out
out: in ; @echo out remade
