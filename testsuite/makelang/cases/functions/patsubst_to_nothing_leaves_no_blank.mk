x = a -Ib -Ic d
$(info [$(patsubst -I%,,$x)] [$(x:-I%=)] [$(patsubst a%,,$x)] [$(x:%=%)])
all: ; @:
