# env: v=env
unexport v
export w = x
unexport w
all: ; @echo [$$v] [$$w] [$(v)] [$(w)]
