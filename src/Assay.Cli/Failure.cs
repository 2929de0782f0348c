using System.Text.Json;
using Assay.Audit;
using Assay.Engine.Models;
using Assay.Log;
using Assay.Log.Files;
using Assay.Market;
using Assay.Node;
using Assay.Simulation.Experiments;
using Assay.Store;
using Assay.Verify;
using Microsoft.AspNetCore.Connections;

namespace Assay.Cli;

/// <summary>A wrong use of the command line that its grammar cannot see.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>What was named as a policy is none.</summary>
internal sealed class BadPolicyException(string message, Exception inner) : Exception(message, inner);

/// <summary>Turns every failure into one line on standard error and an exit code.</summary>
internal static class Failure
{
    public static int Report(Exception e, bool json)
    {
        var (code, line) = Describe(e);
        Console.Error.WriteLine($"assay: {line}");
        if (json)
            Console.WriteLine(JsonSerializer.Serialize(new { error = line, exitCode = code }));
        return code;
    }

    public static (int Code, string Line) Describe(Exception e) => e switch
    {
        UsageException => (ExitCode.Usage, e.Message),
        // Of the engine: an instruction set that ASSAY_ISA names and this machine lacks.
        NotSupportedException => (ExitCode.Usage, e.Message),
        OperationCanceledException => (130, "interrupted"),
        BadPolicyException => (ExitCode.BadInput, e.Message),
        ModelException => (ExitCode.BadInput, e.Message),
        UnsupportedException => (ExitCode.Unsupported, e.Message),
        MalformedException => (ExitCode.Malformed, e.Message),
        StoreException { Fault: StoreFault.NotFound } => (ExitCode.NotFound, e.Message),
        StoreException { Fault: StoreFault.InUse } => (ExitCode.InUse, e.Message),
        StoreException { Fault: StoreFault.Corrupt or StoreFault.Unavailable } => (ExitCode.Unavailable, e.Message),
        StoreException => (ExitCode.BadInput, e.Message),
        AuditException => (ExitCode.Unavailable, e.Message),
        MarketRefusal => (ExitCode.BadInput, e.Message),
        RunException => (ExitCode.BadInput, e.Message),
        NodeException { Fault: NodeFault.InUse } => (ExitCode.InUse, e.Message),
        NodeException { Fault: NodeFault.NotFound } => (ExitCode.NotFound, e.Message),
        NodeException { Fault: NodeFault.BadRequest or NodeFault.Conflict } => (ExitCode.BadInput, e.Message),
        NodeException => (ExitCode.Unavailable, e.Message),
        LogException { Fault: LogFault.BadRequest } => (ExitCode.BadInput, e.Message),
        LogException { Fault: LogFault.NotFound } => (ExitCode.NotFound, e.Message),
        LogException { Fault: LogFault.Locked } => (ExitCode.InUse, e.Message),
        LogException => (ExitCode.Unavailable, e.Message),
        IOException { InnerException: AddressInUseException } => (ExitCode.InUse, "the address is in use by another program: choose another --url, such as http://127.0.0.1:0 for any free port"),
        IOException when DiskErrors.IsFull(e) => (ExitCode.Unavailable, "the disk is full: make room and try again"),
        OutOfMemoryException => (ExitCode.Unavailable, "there is not enough memory for this"),
        FileNotFoundException or DirectoryNotFoundException => (ExitCode.NotFound, e.Message),
        UnauthorizedAccessException => (ExitCode.Unavailable, e.Message),
        IOException => (ExitCode.Unavailable, e.Message),
        _ => (ExitCode.Internal, $"an internal error, which is a bug: {e}"),
    };
}
