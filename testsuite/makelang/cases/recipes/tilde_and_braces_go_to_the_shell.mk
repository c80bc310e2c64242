all: ; @case ~ in /*) echo absolute;; *) echo not expanded;; esac
