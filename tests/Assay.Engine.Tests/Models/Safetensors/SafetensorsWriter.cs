using System.Buffers.Binary;
using System.Text;

namespace Assay.Engine.Tests.Models.Safetensors;

/// <summary>Writes safetensors files for tests.</summary>
internal static class SafetensorsWriter
{
    /// <param name="header">The JSON as it shall stand there.</param>
    public static byte[] Write(string header, byte[] data)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var file = new byte[8 + json.Length + data.Length];
        BinaryPrimitives.WriteInt64LittleEndian(file, json.Length);
        json.CopyTo(file, 8);
        data.CopyTo(file, 8 + json.Length);
        return file;
    }

    public static byte[] Write(IEnumerable<(string Name, string Type, long[] Dims, byte[] Data)> tensors)
    {
        var data = new MemoryStream();
        var entries = new List<string> { "\"__metadata__\":{\"format\":\"pt\"}" };
        foreach (var (name, type, dims, bytes) in tensors)
        {
            entries.Add($$""" "{{name}}":{"dtype":"{{type}}","shape":[{{string.Join(',', dims)}}],"data_offsets":[{{data.Length}},{{data.Length + bytes.Length}}]}""");
            data.Write(bytes);
        }
        return Write("{" + string.Join(',', entries) + "}", data.ToArray());
    }
}
