// The plug-in on ParaView's adaptor library (vtkCPProcessor with Python pipelines of version 2).
#include <mpi.h>

#include <vtkCPDataDescription.h>
#include <vtkCPInputDataDescription.h>
#include <vtkCPProcessor.h>
#include <vtkCPPythonScriptV2Pipeline.h>
#include <vtkFieldData.h>
#include <vtkMPI.h>
#include <vtkPVVersion.h>
#include <vtkRenderingOpenGLConfigure.h>
#include <vtkSmartPointer.h>
#include <vtkStringArray.h>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <set>
#include <stdexcept>

#include "hooks/catalyst/dataset.hpp"
#include "hooks/catalyst/plugin.hpp"
#include "hooks/catalyst/python.hpp"

#if defined(VTK_USE_X) && !defined(VTK_OPENGL_HAS_OSMESA) && !defined(VTK_OPENGL_HAS_EGL)
#include <X11/Xlib.h>
#endif

namespace sluice::hooks::catalyst {

struct Pipeline {
  vtkSmartPointer<vtkCPPythonScriptV2Pipeline> pipeline;
  std::vector<std::string> arguments;
};

struct Session {
  std::string channel, folder;
  std::vector<Pipeline> pipelines;
  Dataset dataset;
  std::set<std::string> told;  ///< Copies that have been reported.
  void (*say)(void*, int, const char*) = nullptr;
  void* listener = nullptr;
};

namespace {

/// ParaView starts once a process and stays until MPI ends: it cannot be started a second time.
struct Process {
  vtkCPProcessor* processor = nullptr;
  MPI_Comm communicator = MPI_COMM_NULL;
};
Process process;

#if defined(VTK_USE_X) && !defined(VTK_OPENGL_HAS_OSMESA) && !defined(VTK_OPENGL_HAS_EGL)
/// ParaView aborts the process when it cannot open a display: look first. The connection stays open, because
/// an Xvfb whose last client leaves resets itself and turns the next one away meanwhile.
std::string display_fault() {
  static Display* display = nullptr;
  const char* name = std::getenv("DISPLAY");
  const std::string advice =
      "; this ParaView draws through an X display. Without a screen run under \"xvfb-run -a ...\" (Debian: "
      "xvfb, "
      "xauth), or set \"rendering: false\" if the script makes no images";
  if (!name || !*name) return "DISPLAY is not set" + advice;
  if (!display) display = XOpenDisplay(nullptr);
  if (!display) return "the X display \"" + std::string(name) + "\" cannot be opened" + advice;
  return {};
}
#else
std::string display_fault() { return {}; }
#endif

int end_paraview(MPI_Comm, int, void*, void*) {
  const Messages quiet;
  process.processor->Finalize();
  process.processor->Delete();
  process.processor = nullptr;
  return MPI_SUCCESS;
}

/// MPI deletes the attributes of MPI_COMM_SELF first thing in MPI_Finalize (MPI 3.1, section 8.7.1): the
/// moment for a library to end that itself uses MPI.
void end_with_mpi() {
  int key = MPI_KEYVAL_INVALID;
  MPI_Comm_create_keyval(MPI_COMM_NULL_COPY_FN, end_paraview, &key, nullptr);
  MPI_Comm_set_attr(MPI_COMM_SELF, key, nullptr);
}

void start_paraview(MPI_Comm communicator) {
  if (process.processor) {
    int same = MPI_UNEQUAL;
    MPI_Comm_compare(process.communicator, communicator, &same);
    if (same != MPI_IDENT && same != MPI_CONGRUENT)
      throw std::runtime_error("ParaView is already running in this process on another group of ranks");
    return;
  }
  const KeepSignals keep;
  start_python();
  MPI_Comm_dup(communicator, &process.communicator);
  vtkMPICommunicatorOpaqueComm opaque(&process.communicator);
  vtkCPProcessor* processor = vtkCPProcessor::New();
  if (!processor->Initialize(opaque)) throw std::runtime_error("ParaView does not start");
  process.processor = processor;
  // Debian's paraview/detail/loghandler.py fails on debug messages, which all ranks but the first would make.
  run_python("import logging, paraview\nparaview.logger.setLevel(logging.WARNING)\n");
  end_with_mpi();
}

/// What the scripts find: arguments as with Catalyst 2, extracts in the run's folder wherever the script
/// says.
void set_surroundings(const Session& session, const Pipeline& pipeline) {
  setenv("PARAVIEW_OVERRIDE_EXTRACTS_OUTPUT_DIRECTORY", session.folder.c_str(), 1);
  if (!run_python("import paraview.catalyst.v2_internals as _internals\n"
                  "_internals._get_active_arguments = lambda: " +
                  python_list(pipeline.arguments) + "\n"))
    throw std::runtime_error("the arguments cannot be given to the script");
}

Pipeline make_pipeline(const Session& session, const Script& script) {
  Pipeline made{vtkSmartPointer<vtkCPPythonScriptV2Pipeline>::New(), {}};
  for (int i = 0; i < script.argument_count; ++i) made.arguments.emplace_back(script.arguments[i]);
  const std::string file = python_text(script.file);
  if (!run_python("compile(open(" + file + ", 'rb').read(), " + file + ", 'exec')\n"))
    throw std::runtime_error(std::string(script.file) + " is not a Python program");
  set_surroundings(session, made);
  if (!made.pipeline->Initialize(script.file))
    throw std::runtime_error(std::string(script.file) + " cannot be used");
  return made;
}

void tell(const Session& session, int level, const std::string& text) {
  if (session.say && !text.empty()) session.say(session.listener, level, text.c_str());
}

/// Runs `work`; an exception, with what VTK and Python said meanwhile, becomes the error text.
template <class Work>
int guarded(char* error, std::size_t capacity, Work&& work) {
  const Messages messages;
  std::string text;
  try {
    work(messages);
    return 0;
  } catch (const std::exception& fault) {
    text = fault.what();
  }
  if (!messages.text().empty()) text += ":\n" + messages.text();
  std::strncpy(error, text.c_str(), capacity - 1);
  error[capacity - 1] = '\0';
  return 1;
}

void run_pipelines(Session& session, const Moment& moment, const Messages& messages) {
  for (Pipeline& each : session.pipelines) {
    vtkNew<vtkCPDataDescription> description;
    description->SetTimeData(moment.time, moment.cycle);
    description->AddInput(session.channel.c_str());
    vtkCPInputDataDescription* input = description->GetInputDescriptionByName(session.channel.c_str());
    input->SetGrid(session.dataset.partitions());
    set_surroundings(session, each);
    const bool wanted = each.pipeline->RequestDataDescription(description) != 0;
    if (messages.has_errors()) throw std::runtime_error("the script failed");
    if (wanted && (!each.pipeline->CoProcess(description) || messages.has_errors()))
      throw std::runtime_error("the script failed");
  }
}

void name_channel(Session& session) {  // by this ParaView knows which source of a script the data are
  vtkNew<vtkStringArray> name;
  name->SetName(vtkCPProcessor::GetInputArrayName());
  name->InsertNextValue(session.channel);
  session.dataset.partitions()->GetFieldData()->AddArray(name);
}

}  // namespace

extern "C" {

int sluice_catalyst_version() { return interface_version; }

const char* sluice_catalyst_library() { return "ParaView " PARAVIEW_VERSION_FULL; }

int sluice_catalyst_initialize(const Start* start, Session** session, char* error, std::size_t capacity) {
  return guarded(error, capacity, [&](const Messages& messages) {
    if (start->rendering)
      if (const std::string fault = display_fault(); !fault.empty()) throw std::runtime_error(fault);
    start_paraview(MPI_Comm_f2c(start->communicator));
    auto made = std::make_unique<Session>();
    made->channel = start->channel;
    made->folder = start->output_folder;
    made->say = start->say;
    made->listener = start->listener;
    name_channel(*made);
    for (int i = 0; i < start->script_count; ++i)
      made->pipelines.push_back(make_pipeline(*made, start->scripts[i]));
    tell(*made, level_warning, messages.text());
    *session = made.release();
  });
}

int sluice_catalyst_execute(Session* session, const Moment* moment, const Mesh* mesh, const Field* fields,
                            int count, char* error, std::size_t capacity) {
  return guarded(error, capacity, [&](const Messages& messages) {
    std::vector<std::string> copies;
    session->dataset.update(*mesh, fields, count, copies);
    struct Release {
      Dataset& dataset;
      ~Release() { dataset.release(); }
    } const release{session->dataset};
    for (const std::string& text : copies)
      if (session->told.insert(text).second) tell(*session, level_information, text);
    run_pipelines(*session, *moment, messages);
    tell(*session, level_information, messages.text());
  });
}

int sluice_catalyst_finalize(Session* session, char* error, std::size_t capacity) {
  const std::unique_ptr<Session> owned(session);
  return guarded(error, capacity, [&](const Messages& messages) {
    for (Pipeline& each : owned->pipelines) {
      set_surroundings(*owned, each);
      each.pipeline->Finalize();
    }
    if (messages.has_errors()) throw std::runtime_error("the script failed at its end");
    tell(*owned, level_information, messages.text());
  });
}

}  // extern "C"

}  // namespace sluice::hooks::catalyst
