# Signatures, held against those of the kernel's own sign-file.
add_test(NAME sign-file
         COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/../harness/runner.py --kbx $<TARGET_FILE:kbx>
                 ${CMAKE_CURRENT_LIST_DIR}/cases/sign_file.py --work ${CMAKE_CURRENT_BINARY_DIR}/sign)
# What kbx check says of signed modules, held against openssl.
add_test(NAME sign-verify
         COMMAND python3 ${CMAKE_CURRENT_LIST_DIR}/../harness/runner.py --kbx $<TARGET_FILE:kbx>
                 ${CMAKE_CURRENT_LIST_DIR}/cases/verify.py --work ${CMAKE_CURRENT_BINARY_DIR}/sign-verify)
set_tests_properties(sign-file sign-verify PROPERTIES LABELS sign SKIP_RETURN_CODE 77 TIMEOUT 1800)
