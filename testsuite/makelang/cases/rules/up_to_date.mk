# setup: touch -d 2021-01-01 in; touch -d 2021-01-02 out
out: in ; cp in out
