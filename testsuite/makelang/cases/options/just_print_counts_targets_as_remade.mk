# setup: touch -d 2021-01-01 src; touch -d 2021-01-02 out; touch -d 2021-01-03 new
# args: -n
out: mid ; echo out
mid: new ; echo mid
