$(info [$(join a b,.c .o)] [$(join a b c,1)] [$(join ,1 2)] [$(join $(dir x/a y/b),$(notdir x/a y/b))])
all: ; @:
