# setup: echo new > in; echo old > out; touch -d 2021-01-02 in; touch -d 2021-01-01 out
# args:
# args:
out: in ; cp in out
