using System.Text;
using System.Text.Json;
using Assay.Verify.Audits;
using Assay.Verify.Dsse;
using Assay.Verify.Statements;

namespace Assay.Verify.Tests.Audits;

/// <summary>docs/spec/vectors/audits: the bytes of every audit entry, and draws, for whoever writes another implementation.</summary>
public class AuditVectorTests
{
    private static readonly JsonWriterOptions Written = new() { Indented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>With <c>ASSAY_WRITE_VECTORS=1</c> the files are written anew, for their changes to be read before they are committed.</summary>
    [Theory]
    [InlineData("events.json")]
    [InlineData("draws.json")]
    [InlineData("entries.json")]
    public void The_committed_files_are_those_that_the_generator_makes(string name)
    {
        var made = name == "events.json" ? Json(Events) : name == "draws.json" ? Json(Draws) : Entries();
        var path = Documents.Find($"docs/spec/vectors/audits/{name}");
        if (Environment.GetEnvironmentVariable("ASSAY_WRITE_VECTORS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, made);
        }
        Assert.Equal(made, File.ReadAllText(path));
    }

    [Fact]
    public void Each_committed_entry_is_read_and_written_in_the_same_bytes()
    {
        var entries = JsonDocument.Parse(Documents.Read("docs/spec/vectors/audits/events.json")).RootElement.EnumerateArray().ToArray();
        foreach (var item in entries)
        {
            var entry = OpenEntry.Parse(Encoding.UTF8.GetBytes(item.GetProperty("entry").GetString()!));
            var step = LogEvent.Parse(entry.Payload.Span);
            Assert.Equal(item.GetProperty("statement").GetString(), Encoding.UTF8.GetString(step.ToBytes()));
            Assert.Equal(entry.Payload.ToArray(), step.ToBytes());
        }
        Assert.Equal(AuditEvents.All.Length, entries.Length);
    }

    private static void Events(Utf8JsonWriter json)
    {
        foreach (var (what, step) in AuditEvents.All)
        {
            var log = new AuditedLog(step.Origin);
            json.WriteStartObject();
            json.WriteString("what", what);
            json.WriteString("statement", Encoding.UTF8.GetString(step.ToBytes()));
            json.WriteString("entry", Encoding.UTF8.GetString(step.ToEntry(step.SignedByLogKey ? log.LogKey : log.Root)));
            json.WriteEndObject();
        }
    }

    private static void Draws(Utf8JsonWriter json)
    {
        foreach (var (first, records, rate) in ((ulong, ulong, uint)[])[(0, 20, 1_000_000), (1000, 200, 50_000), (9_000_000_000, 100, 333_333), (0, 5, 1)])
        {
            RevealedSeed[] seeds = [new(17, AuditedLog.Word($"secret {rate}")), new(21, AuditedLog.Word("another"))];
            var (key, root) = (AuditedLog.Word("key"), AuditedLog.Word("root"));
            var seed = AuditDraw.Seed(key, 3, root, seeds);
            json.WriteStartObject();
            json.WriteString("key", key.ToHex());
            json.WriteNumber("epoch", 3);
            json.WriteString("root", root.ToBase64());
            json.WriteStartArray("seeds");
            foreach (var (index, secret) in seeds.Select(s => (s.Index, s.Secret)))
            {
                json.WriteStartObject();
                json.WriteNumber("index", index);
                json.WriteString("secret", secret.ToHex());
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteNumber("first", first);
            json.WriteNumber("records", records);
            json.WriteNumber("rate", rate);
            json.WriteString("seed", seed.ToHex());
            json.WriteString("order", string.Join(' ', AuditDraw.Order(seed, first, records, rate)));
            json.WriteEndObject();
        }
    }

    [Fact]
    public void Every_case_of_an_entry_ends_as_its_name_says()
    {
        var cases = EntryCase.All().ToArray();
        Assert.Equal(cases.Length, cases.Select(c => c.What).Distinct().Count());
        foreach (var reason in new[] { null, "malformed", "unsupported", "refused" })
            Assert.True(cases.Count(c => c.Reason() == reason) >= 3, reason);
    }

    // Compact, a case a line: the logs are long.
    private static string Entries()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new() { Encoder = Written.Encoder }))
        {
            json.WriteStartObject();
            json.WriteStartObject("logs");
            foreach (var (name, log) in EntryCase.Logs)
            {
                json.WritePropertyName(name);
                log.Write(json);
            }
            json.WriteEndObject();
            json.WriteStartArray("cases");
            foreach (var one in EntryCase.All())
            {
                json.Flush();
                stream.WriteByte((byte)'\n');
                json.WriteStartObject();
                json.WriteString("what", one.What);
                json.WriteString("log", one.Log);
                json.WriteBase64String("entry", one.Entry);
                json.WriteString("reason", one.Reason());
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        stream.WriteByte((byte)'\n');
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static string Json(Action<Utf8JsonWriter> items)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Written))
        {
            json.WriteStartArray();
            items(json);
            json.WriteEndArray();
        }
        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }
}
