# args: c=cmd
# env: e=env
export x = exported
e = changed
$(info [$(shell echo $$x)] [$(shell echo $$e)] [$(shell echo $$c)])
all: ; @echo [$$x] [$$e] [$$c]
