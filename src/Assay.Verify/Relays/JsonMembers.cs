using System.Text.Json;
using System.Text.Unicode;
using Assay.Verify.Json;

namespace Assay.Verify.Relays;

/// <summary>
/// The members of a JSON object that someone else wrote, each byte for byte as it stands (docs/spec/receipt.md, Relays): a number keeps its digits and a
/// text its escapes, whoever reads them.
/// </summary>
public static class JsonMembers
{
    /// <summary>Nesting, as <see cref="JsonDocument"/> counts it.</summary>
    public const int MaxDepth = 64;

    /// <summary>The object without a member, however its name is escaped.</summary>
    /// <exception cref="MalformedException">Not one JSON object in UTF-8 whose members have different names.</exception>
    public static byte[] Without(ReadOnlySpan<byte> json, string name) => Write(json, Read(json).Where(m => m.Name != name));

    /// <summary>The object with another value of a member, in its place.</summary>
    /// <param name="value">JSON.</param>
    /// <exception cref="MalformedException">Not such an object, or it has no such member.</exception>
    public static byte[] With(ReadOnlySpan<byte> json, string name, ReadOnlySpan<byte> value)
    {
        var members = Read(json);
        if (!members.Exists(m => m.Name == name))
            throw new MalformedException($"the object has no member '{name}'");
        var text = new List<byte> { (byte)'{' };
        foreach (var member in members)
            Append(text, json[member.Literal], member.Name == name ? value : json[member.Value]);
        text.Add((byte)'}');
        return [.. text];
    }

    /// <summary>The object with a member more, as the last.</summary>
    /// <param name="json">As the other methods here write it.</param>
    /// <param name="member">Name, colon and value.</param>
    public static byte[] Add(ReadOnlySpan<byte> json, ReadOnlySpan<byte> member) =>
        [.. json[..^1], .. json.Length > 2 ? ","u8 : [], .. member, (byte)'}'];

    /// <summary>Those members of the object that are named, in the object's order.</summary>
    /// <exception cref="MalformedException">Not such an object.</exception>
    public static byte[] Only(ReadOnlySpan<byte> json, params string[] names) => Write(json, Read(json).Where(m => names.Contains(m.Name)));

    /// <summary>The value of a member, or null where there is none.</summary>
    /// <exception cref="MalformedException">Not such an object.</exception>
    public static byte[]? Find(ReadOnlySpan<byte> json, string name)
    {
        foreach (var member in Read(json))
            if (member.Name == name)
                return json[member.Value].ToArray();
        return null;
    }

    private static byte[] Write(ReadOnlySpan<byte> json, IEnumerable<Member> members)
    {
        var text = new List<byte>(json.Length) { (byte)'{' };
        foreach (var member in members)
            Append(text, json[member.Literal], json[member.Value]);
        text.Add((byte)'}');
        return [.. text];
    }

    private static void Append(List<byte> text, ReadOnlySpan<byte> literal, ReadOnlySpan<byte> value)
    {
        if (text.Count > 1)
            text.Add((byte)',');
        text.AddRange(literal);
        text.Add((byte)':');
        text.AddRange(value);
    }

    private static List<Member> Read(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
            throw new MalformedException("not UTF-8");
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                throw new MalformedException("not a JSON object");
            var (members, names) = (new List<Member>(), new HashSet<string>(StringComparer.Ordinal));
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var at = (int)reader.TokenStartIndex;
                var literal = at..(at + reader.ValueSpan.Length + 2);
                var name = reader.GetString()!;
                if (!names.Add(name))
                    throw new MalformedException($"two members called '{StrictJson.Shown(name)}'");
                reader.Read();
                at = (int)reader.TokenStartIndex;
                reader.Skip();
                members.Add(new Member(name, literal, at..(int)reader.BytesConsumed));
            }
            // Anything behind the object is an error of the reader's.
            _ = reader.Read();
            return members;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new MalformedException($"not JSON: {e.Message.Split('\n')[0]}", e);
        }
    }

    /// <param name="Name">Without escapes.</param>
    /// <param name="Literal">With its quotes.</param>
    private sealed record Member(string Name, Range Literal, Range Value);
}
