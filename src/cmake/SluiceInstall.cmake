# `cmake --install`: the program, its libraries, and a CMake package with which a solver outside this tree is built.
include(CMakePackageConfigHelpers)
set(SLUICE_PACKAGE_FOLDER ${CMAKE_INSTALL_LIBDIR}/cmake/sluice)

get_property(rooms GLOBAL PROPERTY SLUICE_LIBRARIES)
install(TARGETS ${rooms} EXPORT sluiceTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT sluiceTargets NAMESPACE sluice:: DESTINATION ${SLUICE_PACKAGE_FOLDER})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/src/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/sluice
        FILES_MATCHING PATTERN "*.hpp" PATTERN "*_detail.hpp" EXCLUDE PATTERN "*_impl.hpp" EXCLUDE
        PATTERN "main" EXCLUDE PATTERN "catalyst" EXCLUDE PATTERN "cmake" EXCLUDE)

configure_package_config_file(${PROJECT_SOURCE_DIR}/src/cmake/sluiceConfig.cmake.in ${PROJECT_BINARY_DIR}/sluiceConfig.cmake
                              INSTALL_DESTINATION ${SLUICE_PACKAGE_FOLDER} PATH_VARS CMAKE_INSTALL_BINDIR)
# Before version 1.0 any release may change the interface that solvers are compiled against.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/sluiceConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/sluiceConfig.cmake ${PROJECT_BINARY_DIR}/sluiceConfigVersion.cmake
        DESTINATION ${SLUICE_PACKAGE_FOLDER})
