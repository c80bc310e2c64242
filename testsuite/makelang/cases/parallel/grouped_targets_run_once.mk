# args: -j4
all: x y z ; @echo all
x y z &: ; @sleep 0.02; echo group; touch x y z
