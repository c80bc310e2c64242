# args: v=cmd odd-name=x
all: ; @echo [$$v]; env | grep -c ^odd-name= || true
