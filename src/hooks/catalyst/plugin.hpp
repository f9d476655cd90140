// What the Catalyst hook and its plug-in say to each other: plain C structs and four functions, so that the
// program itself links no visualisation library and opens the plug-in only when a case asks for it.
//
// The structs follow Catalyst 2 (Conduit's mesh blueprint), so that a plug-in on catalyst_initialize /
// _execute / _finalize can stand beside the one on ParaView's own adaptor library: Start is
// `catalyst/scripts/*/{filename,args}` and `catalyst/mpi_comm`; Mesh is a coordset of type `explicit` and a
// topology of type `structured` with `elements/dims` and `elements/origin`; Field is a field of association
// `element` with (strided, external) values.
#pragma once
#include <cstddef>
#include <cstdint>

namespace sluice::hooks::catalyst {

inline constexpr int interface_version = 1;

struct Script {
  const char* file;              ///< Has `catalyst_execute(info)`, extractors, or both.
  const char* const* arguments;  ///< What `paraview.catalyst.get_args()` gives.
  int argument_count;
};

enum Level : int { level_information = 0, level_warning = 1 };

struct Start {
  int communicator;     ///< MPI_Comm_c2f of the ranks that call. The same in every session of a process.
  const char* channel;  ///< Name of the source in the scripts, usually "input".
  const char* output_folder;
  const Script* scripts;
  int script_count;
  int rendering;  ///< 0: the scripts make no images, so no display is needed.
  void (*say)(void* listener, int level, const char* text);
  void* listener;
};

struct Moment {
  double time;
  std::int64_t cycle;  ///< Step.
};

/// This rank's block of a logically rectangular mesh. Axis 0 is the fastest in memory; axes from `dimensions`
/// on are not used and have one cell. A rank may own nothing (some cells[] is 0): then it has no coordinates.
struct Mesh {
  int dimensions;
  std::int64_t whole[3];   ///< Cells of all ranks together.
  std::int64_t origin[3];  ///< First own cell.
  std::int64_t cells[3];   ///< Own cells.
  const double* x;         ///< Of the (cells + 1) nodes along each used axis, axis 0 fastest.
  const double* y;
  const double* z;
  std::int64_t stride;  ///< Doubles from one node to the next in x, y and z (3: interleaved, not copied).
};

/// One value (of `components` adjacent doubles) in every cell. Memory stays the caller's and is only read; it
/// need not last longer than the call.
struct Field {
  const char* name;
  const char* unit;
  int components;
  const char* const* component_names;  ///< `components` names, or null.
  const double* values;                ///< Of the first own cell.
  std::int64_t stride[3];              ///< Doubles from one cell to the next along each axis.
};

struct Session;

// Every function returns 0 if it succeeded; otherwise `error` (of `capacity` bytes) holds the reason.
// Collective.
using VersionFunction = int();
using LibraryFunction = const char*();  ///< "ParaView 5.11.0"
using InitializeFunction = int(const Start* start, Session** session, char* error, std::size_t capacity);
using ExecuteFunction = int(Session* session, const Moment* moment, const Mesh* mesh, const Field* fields,
                            int count, char* error, std::size_t capacity);
using FinalizeFunction = int(Session* session, char* error, std::size_t capacity);

inline constexpr const char* version_symbol = "sluice_catalyst_version";
inline constexpr const char* library_symbol = "sluice_catalyst_library";
inline constexpr const char* initialize_symbol = "sluice_catalyst_initialize";
inline constexpr const char* execute_symbol = "sluice_catalyst_execute";
inline constexpr const char* finalize_symbol = "sluice_catalyst_finalize";

}  // namespace sluice::hooks::catalyst
