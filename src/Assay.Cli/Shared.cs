using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Assay.Cli.Commands;
using Assay.Node;

namespace Assay.Cli;

/// <summary>Options and habits that several commands share.</summary>
internal static class Shared
{
    public static readonly Option<DirectoryInfo?> Data = new("--data")
    {
        Description = $"The data folder (default: {DataFolder.Default.Path})",
        HelpName = "DIR",
        Recursive = true,
    };

    public static readonly Option<bool> Json = new("--json") { Description = "Print one JSON object instead of text", Recursive = true };

    /// <summary>Of the commands that run stored models.</summary>
    public static readonly Option<int> RunSeconds = new Option<int>("--run-seconds")
    {
        Description = "The longest that one run of a model may take; 0 for no limit",
        HelpName = "N",
        DefaultValueFactory = _ => (int)new NodeOptions().RunTime.TotalSeconds,
    }.From(0, 86_400, ", where 0 is no limit");

    public static TimeSpan RunTimeOf(ParseResult parsed) =>
        parsed.GetValue(RunSeconds) is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : Timeout.InfiniteTimeSpan;

    /// <summary>How the user calls this program, for hints that can be typed as they are printed.</summary>
    public static string Command { get; } = Environment.GetEnvironmentVariable("ASSAY_COMMAND") is { Length: > 0 } command ? command : "assay";

    public static DataFolder FolderOf(ParseResult parsed) =>
        parsed.GetValue(Data) is { } chosen ? new DataFolder(chosen.FullName) : DataFolder.Default;

    public static bool IsJson(ParseResult parsed) => parsed.GetValue(Json);

    /// <summary>Opens the data folder's node for the length of one command.</summary>
    public static async Task<int> WithNodeAsync(ParseResult parsed, Func<AssayNode, Task<int>> work, NodeOptions? options = null)
    {
        var folder = FolderOf(parsed);
        await using var node = AssayNode.Open(folder, options ?? new NodeOptions());
        folder.WriteOwner(null);
        return await work(node);
    }

    /// <summary>The text of a file that an option names.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    public static string ReadText(string option, string path)
    {
        const int most = 1 << 20;
        if (!File.Exists(path))
            throw new FileNotFoundException($"{option}: there is no file '{path}'");
        var bytes = VerifyCommand.Read(path, most);
        return bytes.Length <= most ? Encoding.UTF8.GetString(bytes) : throw new UsageException($"{option}: '{path}' is above {most} bytes");
    }

    /// <summary>Prints one JSON object.</summary>
    public static void Print(Action<Utf8JsonWriter> members)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        buffer.WriteByte((byte)'\n');
        using var output = Console.OpenStandardOutput();
        buffer.WriteTo(output);
    }

    /// <summary>Prints a JSON object as it is.</summary>
    public static void Print(JsonElement json) => Print(writer =>
    {
        foreach (var member in json.EnumerateObject())
            member.WriteTo(writer);
    });

    public static string Bytes(long count) => count switch
    {
        < 10_000 => $"{count} B",
        < 10_000_000 => $"{count / 1000.0:0.#} kB",
        _ => $"{count / 1e6:0.#} MB",
    };
}
