using System.Security.Cryptography;
using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;

namespace Assay.Store.Tests;

public sealed class ModelStoreTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder folder = new();
    private readonly ModelStore store;

    public ModelStoreTests() => store = new ModelStore(folder["store"]);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void File_is_imported_under_its_name()
    {
        var model = Import(folder.Write("adder.onnx", Models.Adds(1)));
        Assert.Equal(("adder@1", "onnx", Noon.ToUnixTimeMilliseconds()), (model.Reference, model.Format, model.ImportedAt));
        Assert.Equal(["adder.onnx"], model.Files.Select(f => f.Name));
        Assert.Equal("y", store.Load(model).Outputs.Select(id => store.Load(model).Values[id].Name).Single());
        Assert.Equal([model.Reference], new ModelStore(folder["store"]).List().Select(m => m.Reference));
    }

    [Fact]
    public void Folder_is_imported_with_everything_in_it()
    {
        folder.Write("pair/model.onnx", Models.AddsExternal("weights/c.bin"));
        folder.Write("pair/weights/c.bin", [0, 0, 128, 63, 0, 0, 0, 64]);
        folder.Write("pair/README.md", "a card"u8.ToArray());
        folder.Write("pair/.hidden", [1]);
        var model = Import(folder["pair"]);
        Assert.Equal("pair", model.Name);
        Assert.Equal([".hidden", "README.md", "model.onnx", "weights/c.bin"], model.Files.Select(f => f.Name).Order(StringComparer.Ordinal));
        Assert.Single(store.Load(model).Inputs);
    }

    [Fact]
    public void Digest_is_the_root_of_openssf_model_signing()
    {
        // By the specification's own words: SHA-256 over the files' digests, in order of their names.
        string[] inOrder = ["B.bin", "a/x.bin", "a0.bin", "model.onnx"];
        folder.Write("m/model.onnx", Models.Adds(2));
        folder.Write("m/a0.bin", [1, 2]);
        folder.Write("m/a/x.bin", [3]);
        folder.Write("m/B.bin", []);
        using var root = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var name in inOrder)
            root.AppendData(SHA256.HashData(File.ReadAllBytes(folder["m/" + name])));
        Assert.Equal(Convert.ToHexStringLower(root.GetHashAndReset()), Import(folder["m"]).Digest.ToHex());
    }

    [Theory]
    [InlineData("/dev/zero")]
    [InlineData("empty.onnx")]
    [InlineData("link.onnx")]
    public void What_is_empty_or_never_ends_is_refused(string file)
    {
        folder.Write("empty.onnx", []);
        File.CreateSymbolicLink(folder["link.onnx"], "/dev/zero");
        Assert.Contains("no plain file", Assert.Throws<ModelException>(() => Import(file[0] == '/' ? file : folder[file])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Same_bytes_under_the_same_name_are_the_same_version()
    {
        var path = folder.Write("adder.onnx", Models.Adds(1));
        var first = Import(path);
        var again = store.Import(path, null, null, Noon.AddDays(1));
        Assert.Equal((first.Reference, first.ImportedAt), (again.Reference, again.ImportedAt));
        Assert.Single(store.List());
        Assert.Equal("adder@1", store.Import(path, null, "1", Noon).Reference);
    }

    [Fact]
    public void Other_bytes_are_the_next_version_and_the_newest_is_found()
    {
        Import(folder.Write("adder.onnx", Models.Adds(1)));
        store.Import(folder.Write("adder.onnx", Models.Adds(2)), null, "rc.1", Noon.AddSeconds(1));
        var third = store.Import(folder.Write("adder.onnx", Models.Adds(3)), null, null, Noon.AddSeconds(2));
        Assert.Equal("adder@2", third.Reference);
        Assert.Equal("2", store.Find("adder").Version);
        Assert.Equal("rc.1", store.Find("adder@rc.1").Version);
        Assert.Equal("2", store.Find(third.Digest.ToHex()).Version);
        Assert.Equal(["2", "rc.1", "1"], store.List().Select(m => m.Version));
    }

    [Fact]
    public void Version_that_is_taken_by_other_bytes_is_refused_and_leaves_nothing()
    {
        store.Import(folder.Write("adder.onnx", Models.Adds(1)), null, "v1", Noon);
        var before = Everything();
        var e = Assert.Throws<StoreException>(() => store.Import(folder.Write("adder.onnx", Models.Adds(2)), null, "v1", Noon));
        Assert.Equal(StoreFault.Exists, e.Fault);
        Assert.Equal(before, Everything());
    }

    [Fact]
    public void Model_that_takes_or_gives_anything_but_tensors_of_numbers_is_refused_and_leaves_nothing()
    {
        var texts = new OnnxWriter(19).Input("name", DType.String, 1).Node("Identity", ["name"], ["y"]).Output("y").ToBytes();
        var e = Assert.Throws<ModelException>(() => Import(folder.Write("texts.onnx", texts)));
        Assert.Equal("input 'name' is string 1; only tensors of numbers are served", e.Message);
        var list = new OnnxWriter(19).Input("x", DType.Float32, 1).Node("SequenceConstruct", ["x"], ["all"]).Output("all").ToBytes();
        e = Assert.Throws<ModelException>(() => Import(folder.Write("list.onnx", list)));
        Assert.Equal("output 'all' is sequence(float32); only tensors of numbers are served", e.Message);
        Assert.Empty(Everything());
    }

    [Theory]
    [InlineData("digits/model.onnx", "digits")]
    [InlineData("digits/digits-v2.onnx", "digits-v2")]
    [InlineData("digits", "digits")]
    [InlineData("digits/", "digits")]
    public void Default_name_is_that_of_the_file_or_of_its_folder(string path, string expected)
    {
        folder.Write(path.EndsWith(".onnx", StringComparison.Ordinal) ? path : "digits/model.onnx", Models.Adds(1));
        Assert.Equal(expected, Import(folder[path]).Name);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../x")]
    [InlineData("a/b")]
    [InlineData("-x")]
    [InlineData(".x")]
    [InlineData("a b")]
    [InlineData("a@b")]
    [InlineData("a\n")]
    [InlineData("\u00e9")]
    [InlineData("aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggggg")]
    public void Unsafe_name_or_version_is_refused(string text)
    {
        var path = folder.Write("adder.onnx", Models.Adds(1));
        Assert.Equal(StoreFault.BadRequest, Assert.Throws<StoreException>(() => store.Import(path, text, null, Noon)).Fault);
        Assert.Equal(StoreFault.BadRequest, Assert.Throws<StoreException>(() => store.Import(path, null, text, Noon)).Fault);
        Assert.Equal(StoreFault.NotFound, Assert.Throws<StoreException>(() => store.Find(text)).Fault);
        Assert.Equal(StoreFault.NotFound, Assert.Throws<StoreException>(() => store.Find($"adder@{text}")).Fault);
        Assert.Empty(Everything());
    }

    [Fact]
    public void Names_that_the_store_uses_itself_are_free()
    {
        var path = folder.Write("adder.onnx", Models.Adds(1));
        foreach (var name in (string[])["incoming", "names", "blobs", "x.json"])
            Assert.Equal($"{name}@incoming", store.Import(path, name, "incoming", Noon).Reference);
        Assert.Equal(4, store.List().Count);
    }

    [Theory]
    [InlineData("../outside.bin")]
    [InlineData("/etc/hostname")]
    [InlineData("a/../../outside.bin")]
    [InlineData("missing.bin")]
    public void External_data_outside_the_folder_is_refused_and_nothing_stays(string location)
    {
        folder.Write("outside.bin", [0, 0, 128, 63, 0, 0, 0, 64]);
        folder.Write("m/model.onnx", Models.AddsExternal(location));
        Assert.Throws<ModelException>(() => Import(folder["m"]));
        Assert.Empty(Everything());
    }

    [Fact]
    public void Symbolic_links_in_a_folder_are_refused_and_nothing_stays()
    {
        folder.Write("secret/key", [1]);
        foreach (var target in (string[])["secret/key", "secret", "nowhere"])
        {
            folder.Write("m/model.onnx", Models.Adds(1));
            File.CreateSymbolicLink(folder["m/link"], folder[target]);
            var e = Assert.Throws<StoreException>(() => Import(folder["m"]));
            Assert.Equal(StoreFault.BadRequest, e.Fault);
            Assert.Contains("symbolic link", e.Message, StringComparison.Ordinal);
            Assert.Empty(Everything());
            Directory.Delete(folder["m"], recursive: true);
        }
    }

    [Fact]
    public void File_whose_name_is_no_plain_path_is_refused()
    {
        folder.Write("m/model.onnx", Models.Adds(1));
        folder.Write("m/a\\b", [1]);
        Assert.Equal(StoreFault.BadRequest, Assert.Throws<StoreException>(() => Import(folder["m"])).Fault);
        Assert.Empty(Everything());
    }

    [Fact]
    public void What_is_no_model_leaves_nothing()
    {
        Assert.Throws<ModelException>(() => Import(folder.Write("text.onnx", "not a model"u8.ToArray())));
        Assert.Throws<ModelException>(() => Import(folder.Write("empty.onnx", [])));
        Assert.Throws<ModelException>(() => Import(folder.Write("cut.onnx", Models.Adds(1)[..^5])));
        Assert.Throws<ModelException>(() => Import(folder.Write("weights.bin", [1, 2, 3])));
        folder.Write("two/a.onnx", Models.Adds(1));
        folder.Write("two/b.onnx", Models.Adds(2));
        Assert.Throws<ModelException>(() => Import(folder["two"]));
        Directory.CreateDirectory(folder["none"]);
        Assert.Throws<StoreException>(() => Import(folder["none"]));
        Assert.Equal(StoreFault.NotFound, Assert.Throws<StoreException>(() => Import(folder["absent.onnx"])).Fault);
        Assert.Empty(Everything());
    }

    [Fact]
    public void Import_that_fails_keeps_the_blobs_that_others_need()
    {
        var good = Import(folder.Write("adder.onnx", Models.Adds(1)));
        folder.Write("two/a.onnx", Models.Adds(1));
        folder.Write("two/b.onnx", Models.Adds(2));
        Assert.Throws<ModelException>(() => Import(folder["two"]));
        _ = store.Load(good);
    }

    [Fact]
    public void Removing_keeps_the_blobs_that_others_share()
    {
        folder.Write("a/model.onnx", Models.Adds(1));
        folder.Write("a/note", [1]);
        folder.Write("b/model.onnx", Models.Adds(1));
        var (a, b) = (Import(folder["a"]), Import(folder["b"]));
        store.Remove(a);
        Assert.Equal([b.Reference], store.List().Select(m => m.Reference));
        _ = store.Load(b);
        Assert.Equal([b.Files[0].Sha256], store.Blobs.All());
        store.Remove(a);
        store.Remove(b);
        Assert.Empty(Everything());
        Assert.Equal(StoreFault.NotFound, Assert.Throws<StoreException>(() => store.Find("b")).Fault);
    }

    [Fact]
    public void Changed_blob_is_not_loaded()
    {
        var model = Import(folder.Write("adder.onnx", Models.Adds(1)));
        var blob = Directory.GetFiles(folder["store/blobs"], "*", SearchOption.AllDirectories).Single();
        File.WriteAllBytes(blob, Models.Adds(2));
        Assert.Equal(StoreFault.Corrupt, Assert.Throws<StoreException>(() => store.Load(model)).Fault);
    }

    [Fact]
    public void Damaged_record_is_named_and_others_still_load()
    {
        var other = Import(folder.Write("other.onnx", Models.Adds(2)));
        var model = Import(folder.Write("adder.onnx", Models.Adds(1)));
        var record = folder["store/names/adder/1.json"];
        File.WriteAllBytes(record, model.ToBytes()[..50]);
        var e = Assert.Throws<StoreException>(() => store.Find("adder"));
        Assert.Equal(StoreFault.Corrupt, e.Fault);
        Assert.Contains("names/adder/1.json", e.Message, StringComparison.Ordinal);
        Assert.Equal(other.Digest, store.Find("other").Digest);
        // A record that lies about whose it is leads nowhere else.
        File.WriteAllBytes(record, other.ToBytes());
        Assert.Equal(StoreFault.Corrupt, Assert.Throws<StoreException>(() => store.Find("adder")).Fault);
        // As the message says.
        File.Delete(record);
        Assert.Equal("adder@1", Import(folder["adder.onnx"]).Reference);
    }

    [Fact]
    public async Task Imports_and_removals_side_by_side_leave_only_what_loads()
    {
        var paths = Enumerable.Range(0, 4).Select(i => folder.Write($"m{i}/model.onnx", Models.Adds(i / 2))).ToArray();
        await Task.WhenAll(Enumerable.Range(0, 32).Select(i => Task.Run(() =>
        {
            var model = Import(paths[i % 4]);
            if (i % 3 == 0)
                store.Remove(model);
        })));
        Assert.All(store.List(), model => store.Load(model));
    }

    [Fact]
    public void Files_are_their_owners_alone()
    {
        Import(folder.Write("adder.onnx", Models.Adds(1)));
        Modes.AssertPrivate(folder["store"]);
    }

    private StoredModel Import(string path) => store.Import(path, null, null, Noon);

    private string[] Everything() => Directory.GetFiles(folder["store"], "*", SearchOption.AllDirectories);
}
