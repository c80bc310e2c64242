all: some/thing ; @:
%: ; @echo making $@ stem $*
