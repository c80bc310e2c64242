# setup: touch -d 2021-01-02 out; touch -d 2021-01-01 in
# args: out
out: group ; @echo out remade
.PHONY: group
group: in ; @echo group
