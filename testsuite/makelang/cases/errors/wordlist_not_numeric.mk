# args: from=x to=1
# args: from=1 to=y
# args: from=0 to=1
# args: from=1 to=-1
v := $(wordlist $(from),$(to),a b)
$(info [$(v)])
all: ; @:
