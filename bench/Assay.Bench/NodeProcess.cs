using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Assay.Bench;

/// <summary>A peer in a process of Node.js of its own: one command a line goes in, one answer a line comes out, the first one unasked.</summary>
internal sealed class NodeProcess : IDisposable
{
    private readonly string name;
    private readonly Process process;
    private readonly Task<string> noise;

    /// <param name="name">Of the peer, for errors.</param>
    /// <param name="script">A file of the repository.</param>
    /// <exception cref="BenchException">It cannot be started, or does not greet.</exception>
    public NodeProcess(string name, string script, params string[] arguments)
    {
        this.name = name;
        var file = Places.InRepository(script) ?? throw new BenchException($"{script} is not above this program");
        try
        {
            process = Process.Start(new ProcessStartInfo("node", [file, .. arguments])
            {
                RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
            })!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new BenchException($"node cannot be started: {e.Message}");
        }
        noise = process.StandardError.ReadToEndAsync();
        try
        {
            Hello = Answer();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What it said first: its version and the like.</summary>
    public JsonNode Hello { get; }

    /// <exception cref="BenchException">It says that it cannot, says nonsense, or has ended.</exception>
    public JsonNode Ask(JsonObject command)
    {
        process.StandardInput.WriteLine(command.ToJsonString());
        process.StandardInput.Flush();
        return Answer();
    }

    public void Dispose()
    {
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
    }

    private JsonNode Answer()
    {
        if (process.StandardOutput.ReadLine() is not { } line)
            throw new BenchException($"{name} ended: {noise.Result.Trim().ReplaceLineEndings(" ")}");
        try
        {
            var answer = JsonNode.Parse(line)!;
            return answer["error"] is { } error ? throw new BenchException($"{name}: {error.GetValue<string>().ReplaceLineEndings(" ")}") : answer;
        }
        catch (JsonException)
        {
            throw new BenchException($"{name} said what is no answer: {line}");
        }
    }
}
