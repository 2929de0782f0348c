using System.CommandLine;
using Assay.Node;
using Assay.Node.Keys;
using Assay.Verify;
using Assay.Verify.Dsse;
using Assay.Verify.Statements;

namespace Assay.Cli.Commands;

/// <summary>Events that travel as files, to be signed where the root keys are.</summary>
internal static class EventFiles
{
    /// <summary>Writes an event that root keys elsewhere must sign, here, and says what to do next.</summary>
    public static async Task<int> WriteAsync(ParseResult parsed, AssayNode node, EventFile waiting)
    {
        var path = NameOf(waiting.Event);
        await AtomicFile.WriteAsync(path, waiting.ToBytes());
        if (Shared.IsJson(parsed))
            Shared.Print(json => WriteMembers(json, path, waiting.Signatures, node.Genesis.Roots.Threshold));
        else
            PrintNext(path, waiting.Count(node.Genesis.Roots));
        return ExitCode.Ok;
    }

    public static void PrintNext(string path, string count)
    {
        Console.WriteLine($"wrote {path}: {count}");
        Console.WriteLine($"next  {Shared.Command} key sign {path} --key ROOT.pem   wherever a root key is");
        Console.WriteLine($"then  {Shared.Command} key submit {path}   here");
    }

    public static void WriteMembers(System.Text.Json.Utf8JsonWriter json, string path, int signatures, int? threshold)
    {
        json.WriteString("eventFile", path);
        json.WriteNumber("signatures", signatures);
        if (threshold is { } k)
            json.WriteNumber("threshold", k);
    }

    /// <exception cref="MalformedException">Not an event file.</exception>
    public static EventFile Read(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
            throw new FileNotFoundException($"there is no file '{path}'");
        if (file.Length > 4 * OpenEntry.MaxSize)
            throw new MalformedException($"{path}: {file.Length} bytes, too many for an event");
        try
        {
            return EventFile.Parse(File.ReadAllBytes(path));
        }
        catch (MalformedException e)
        {
            throw new MalformedException($"{path}: {e.Message}", e);
        }
    }

    // Model names on this machine have only plain characters.
    private static string NameOf(LogEvent step) => step switch
    {
        ModelEvent model => $"{model.Name}@{model.Version}.event.json",
        KeyEvent key => $"{key.Action.ToString().ToLowerInvariant()}-{key.KeyId.ToHex()[..8]}.event.json",
        OwnerEvent => "owner.event.json",
        AuditTermsEvent => "audit-terms.event.json",
        _ => throw new InvalidOperationException($"no file is made of an event of type {step.GetType().Name}"),
    };
}
