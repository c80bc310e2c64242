# setup: touch -d 2021-01-02 out; touch -d 2021-01-01 in
# args: -n -W in out
out: in ; echo would remake
