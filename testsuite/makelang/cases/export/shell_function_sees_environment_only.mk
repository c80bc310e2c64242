# env: fromenv=e
export v = x
$(info [$(shell echo $$v)] [$(shell echo $$fromenv)])
all: ; @echo [$(shell echo $$v)] [$$v]
