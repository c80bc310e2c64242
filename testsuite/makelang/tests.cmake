# `kbx make` against GNU make 4.3; run.py exits with 77 where the oracle is missing.
find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter)
add_test(NAME makelang
         COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/run.py --kbx $<TARGET_FILE:kbx> -v)
set_tests_properties(makelang PROPERTIES LABELS differential SKIP_RETURN_CODE 77 TIMEOUT 600 PROCESSORS 2)
